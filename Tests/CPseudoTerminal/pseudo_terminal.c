#define _GNU_SOURCE
#include "CPseudoTerminal.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <unistd.h>

int pseudo_terminal_start(
    const char *path, char *const arguments[], char *const environment[], const char *folder,
    int columns, pid_t *process) {
    struct winsize size = {.ws_row = 40, .ws_col = (unsigned short)columns};
    int terminal = -1;
    pid_t child = forkpty(&terminal, 0, 0, &size);
    if (child < 0) return -1;
    if (child == 0) {
        /* Only calls that are safe between fork and exec in a process with threads. */
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, 0);
        signal(SIGINT, SIG_DFL);
        signal(SIGPIPE, SIG_DFL);
        if (chdir(folder) != 0) _exit(126);
        execve(path, arguments, environment);
        _exit(127);
    }
    fcntl(terminal, F_SETFD, FD_CLOEXEC);
    *process = child;
    return terminal;
}

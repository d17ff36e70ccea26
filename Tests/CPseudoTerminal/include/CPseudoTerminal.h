#ifndef C_PSEUDO_TERMINAL_H
#define C_PSEUDO_TERMINAL_H
#include <sys/types.h>

/// Starts a program as the leader of a session at a terminal of its own.
///
/// Returns the other end of the terminal, or -1. The arguments and the environment end in null.
int pseudo_terminal_start(
    const char *path, char *const arguments[], char *const environment[], const char *folder,
    int columns, pid_t *process);
#endif

#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <readline/readline.h>
#include <readline/history.h>

/* readline keeps its state in globals, which Swift does not let one touch from everywhere; ioctl
   is variadic, which Swift cannot call. Everything here is for the main thread. */

static inline void reader_configure(
    const char *name, rl_command_func_t *tab, rl_completion_func_t *complete) {
    rl_readline_name = name;
    rl_catch_signals = 0; /* ^C belongs to the session */
    rl_catch_sigwinch = 1;
    rl_attempted_completion_function = complete;
    rl_completer_quote_characters = 0;
    rl_sort_completion_matches = 0;
    rl_initialize();
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_bind_key('\t', tab);
    using_history();
}

static inline const char *reader_buffer(void) { return rl_line_buffer ? rl_line_buffer : ""; }
static inline int reader_point(void) { return rl_point; }
static inline void reader_insert(const char *text) { rl_insert_text(text); }

static inline void reader_complete(const char *word_breaks) {
    rl_completer_word_break_characters = (char *)word_breaks;
    rl_basic_word_break_characters = word_breaks;
    rl_complete(0, '\t');
}

/* Called inside a completion: what follows a single match, and whether matches are paths. */
static inline void reader_set_completion(char append, int are_paths) {
    rl_attempted_completion_over = 1;
    rl_completion_append_character = append;
    rl_completion_suppress_append = append == 0;
    rl_filename_completion_desired = are_paths;
    rl_filename_quoting_desired = 0;
}

/* Shows ^C behind what was typed and lets go of it. */
static inline void reader_drop_line(void) {
    rl_point = rl_end;
    rl_redisplay();
    fputs("^C", rl_outstream);
    fflush(rl_outstream);
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_cleanup_after_signal();
}

/* After a stop and a continuation the terminal is as the shell left it. */
static inline void reader_resume(void) {
    rl_prep_terminal(1);
    rl_forced_update_display();
}

/* Waits until standard input can be read: 1, or 0 after a signal. The test of the flag and the wait
   are one step for signals, so that no ^C falls between them. */
static inline int reader_wait(int (*is_interrupted)(void)) {
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    int is_ready = 0;
    if (!is_interrupted()) {
        fd_set inputs;
        FD_ZERO(&inputs);
        FD_SET(0, &inputs);
        is_ready = pselect(1, &inputs, 0, 0, 0, &before) > 0;
    }
    sigprocmask(SIG_SETMASK, &before, 0);
    return is_ready;
}

/* Columns of the terminal behind a file descriptor, 0 if unknown. */
static inline int terminal_columns(int file) {
    struct winsize size;
    return ioctl(file, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

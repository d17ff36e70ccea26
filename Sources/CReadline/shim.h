#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <readline/readline.h>
#include <readline/history.h>

/* readline keeps its state in globals, which Swift does not let one touch from everywhere; ioctl
   is variadic, which Swift cannot call. Everything here is for the main thread. */

/* Inserts what a terminal marks as pasted, up to the mark of its end. readline's own function makes
   two lines of each that ends in \r\n, as text from Windows does. */
static inline int reader_paste(int count, int key) {
    static const char end[] = "\033[201~";
    size_t used = 0, room = 1 << 12;
    char *text = malloc(room);
    int before = 0, c;
    (void)count, (void)key;
    while (text && (c = rl_read_key()) > 0) {
        int is_second = c == '\n' && before == '\r';
        before = c;
        if (is_second) continue;
        if (used + 2 > room) {
            char *larger = realloc(text, room *= 2);
            if (!larger) break;
            text = larger;
        }
        text[used++] = (char)(c == '\r' ? '\n' : c);
        if (used >= sizeof end - 1 && !memcmp(text + used - (sizeof end - 1), end, sizeof end - 1)) {
            used -= sizeof end - 1;
            break;
        }
    }
    if (!text) return 1;
    text[used] = 0;
    rl_insert_text(text);
    free(text);
    return 0;
}

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
    rl_variable_bind("skip-completed-text", "on"); /* Tab inside a word does not double its end */
    rl_bind_keyseq_in_map("\033[200~", reader_paste, emacs_standard_keymap);
    rl_bind_keyseq_in_map("\033[200~", reader_paste, vi_insertion_keymap);
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

/* The same where readline does not know of it: it would take the terminal to be prepared. */
static inline void reader_continue(void) {
    rl_deprep_terminal();
    reader_resume();
}

/* Lets the arrow key reach an entry; 0 if it is the newest anyway. */
static inline int reader_remember(const char *entry) {
    HIST_ENTRY *newest = history_length > 0 ? history_get(history_base + history_length - 1) : 0;
    if (newest && !strcmp(newest->line, entry)) return 0;
    add_history(entry);
    return 1;
}

/* Waits until standard input can be read: 1, or 0 after a signal. The test of the flags and the wait
   are one step for signals, so that none falls between them. */
static inline int reader_wait(int (*is_over)(void)) {
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigaddset(&blocked, SIGCONT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    int is_ready = 0;
    if (!is_over()) {
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

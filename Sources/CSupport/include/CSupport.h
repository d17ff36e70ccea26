#ifndef C_SUPPORT_H
#define C_SUPPORT_H
#include <stdint.h>

/// Whether this processor runs the AVX2 + FMA build of the kernels.
int support_has_avx2_fma(void);

/// A number that belongs to the calling thread, at first 0: which build of the kernels it is told to use.
int support_thread_build(void);
void support_set_thread_build(int build);
/// A pointer that belongs to the calling thread, at first null: the work that it may be told to stop.
void *support_thread_scope(void);
void support_set_thread_scope(void *scope);

/// At least `bytes` of memory, 64-byte aligned, that belong to the calling thread until its next call; null if there
/// is none. What stands in it is undefined.
void *support_thread_scratch(int64_t bytes);

/// Installs a SIGINT handler that sets the interrupt flag. A second interrupt that nobody
/// has answered within the program ends the process with status 130.
void support_install_interrupt_handler(void);
/// From now on no number of interrupts ends the process: at a prompt a key that repeats must not.
void support_survive_interrupts(void);
/// Whether an interrupt waits to be answered (a relaxed load: cheap enough for inner loops).
int support_interrupt_pending(void);
/// Answers a waiting interrupt.
void support_clear_interrupt(void);
/// Sets the flag as ^C does; for tests and time limits.
void support_raise_interrupt(void);

/// Makes SIGTERM and SIGHUP requests to leave: they interrupt what runs, and a second one ends the process at once.
void support_install_leave_handler(void);
/// Makes SIGCONT end a wait for input on this thread: after a stop the terminal must be set up again.
void support_install_continue_handler(void);
/// Whether a signal has come that ends a wait for input: an interrupt, a request to leave, or the end of a stop.
int support_wait_is_over(void);
/// Whether the process went on after a stop since the last call.
int support_take_continued(void);
/// The signal that asked to leave, 0 if none did.
int support_leave_signal(void);

/// Waits until `*address != expected` or a wake (Linux futex).
void support_futex_wait(uint32_t *address, uint32_t expected);
/// Wakes every thread that waits on `address`.
void support_futex_wake_all(uint32_t *address);
/// Adds 1 to a word that threads wait on.
static inline void support_futex_bump(uint32_t *address) {
    __atomic_fetch_add(address, 1, __ATOMIC_SEQ_CST);
}
/// Reads a word that threads wait on.
static inline uint32_t support_futex_load(uint32_t *address) {
    return __atomic_load_n(address, __ATOMIC_SEQ_CST);
}
/// A processor hint for short spins.
static inline void support_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}
/// Bytes of memory that the process holds now; 0 where the system does not tell.
int64_t support_resident_bytes(void);
/// Gives memory that was freed back to the system.
void support_release_freed_memory(void);
#endif

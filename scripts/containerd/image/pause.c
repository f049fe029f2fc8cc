/* PID 1 of a sandbox: holds its namespaces and reaps what the containers of a shared PID namespace leave behind. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal) {
  (void)signal;
  _exit(0);
}

static void reap(int signal) {
  (void)signal;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

static void on(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, &action, NULL) != 0) _exit(1);
}

int main(void) {
  on(SIGTERM, end, 0);
  on(SIGINT, end, 0);
  on(SIGCHLD, reap, SA_NOCLDSTOP);
  for (;;) pause();
}

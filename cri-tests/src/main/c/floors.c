/*
 * The least that the kernel asks for what a container runtime does. Reads one operation a line from standard input, does it once and
 * answers the nanoseconds that it took, or -1 and the reason.
 *
 *   floors TRUE
 *     spawn                               posix_spawn of TRUE, wait
 *     clone                               clone3 with six new namespaces, exec of TRUE, wait
 *     exec                                fork, setns into those of a waiting process, fork, exec of TRUE, wait
 *     plugins BRIDGE CONF PORTMAP CONF    CNI ADD by both plugins, one after the other, for a new network namespace
 *     release                             what the DEL by both plugins took that followed the last ADD
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SIX = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP };

static char *program;
static pid_t waiting;
static long long released = -1;
extern char **environ;

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int ended_well(pid_t pid)
{
	int status = 0;
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static pid_t clone_new(unsigned long long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static void become_true(void)
{
	char *const words[] = { program, NULL };
	execv(program, words);
	_exit(127);
}

static int spawn_true(void)
{
	char *const words[] = { program, NULL };
	pid_t pid;
	return posix_spawn(&pid, program, NULL, NULL, words, environ) == 0 && ended_well(pid);
}

static int clone_true(void)
{
	pid_t pid = clone_new(SIX);
	if (pid == 0)
		become_true();
	return ended_well(pid);
}

/* A process that waits in namespaces of its own until this one ends. */
static pid_t wait_in(unsigned long long flags)
{
	pid_t pid = clone_new(flags);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static int exec_true(void)
{
	if (waiting == 0)
		waiting = wait_in(SIX);
	pid_t outer = fork();
	if (outer == 0) {
		int target = (int)syscall(SYS_pidfd_open, waiting, 0);
		if (target < 0 || setns(target, SIX) != 0)
			_exit(1);
		pid_t inner = fork();
		if (inner == 0)
			become_true();
		_exit(ended_well(inner) ? 0 : 1);
	}
	return ended_well(outer);
}

static int plugin(const char *path, const char *configuration, const char *command, pid_t netns)
{
	char verb[64], ns[64], id[64];
	snprintf(verb, sizeof(verb), "CNI_COMMAND=%s", command);
	snprintf(ns, sizeof(ns), "CNI_NETNS=/proc/%d/ns/net", netns);
	snprintf(id, sizeof(id), "CNI_CONTAINERID=floor%d", netns);
	char folder[256] = "CNI_PATH=";
	strncat(folder, path, sizeof(folder) - strlen(folder) - 1);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = 0;
	char *const environment[] = { verb, ns, id, folder, "CNI_IFNAME=eth0", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char *const words[] = { (char *)path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, configuration, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	pid_t pid;
	int started = posix_spawn(&pid, path, &files, NULL, words, environment) == 0;
	posix_spawn_file_actions_destroy(&files);
	return started && ended_well(pid);
}

static long long plugins(const char *line)
{
	char bridge[256], bridge_conf[256], portmap[256], portmap_conf[256];
	if (sscanf(line, "plugins %255s %255s %255s %255s", bridge, bridge_conf, portmap, portmap_conf) != 4)
		return -1;
	pid_t netns = wait_in(CLONE_NEWNET);
	long long begin = now();
	int ok = plugin(bridge, bridge_conf, "ADD", netns) && plugin(portmap, portmap_conf, "ADD", netns);
	long long took = now() - begin;
	begin = now();
	ok &= plugin(portmap, portmap_conf, "DEL", netns) && plugin(bridge, bridge_conf, "DEL", netns);
	released = ok ? now() - begin : -1;
	kill(netns, SIGKILL);
	waitpid(netns, NULL, 0);
	return ok ? took : -1;
}

static long long timed(int (*operation)(void))
{
	long long begin = now();
	int ok = operation();
	return ok ? now() - begin : -1;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: floors TRUE\n");
		return 2;
	}
	/* setns into a mount namespace changes the working directory. */
	program = realpath(argv[1], NULL);
	char line[2048];
	while (fgets(line, sizeof(line), stdin)) {
		long long took = -1;
		errno = 0;
		if (strcmp(line, "spawn\n") == 0)
			took = timed(spawn_true);
		else if (strcmp(line, "clone\n") == 0)
			took = timed(clone_true);
		else if (strcmp(line, "exec\n") == 0)
			took = exec_true() ? timed(exec_true) : -1;
		else if (strncmp(line, "plugins ", 8) == 0)
			took = plugins(line);
		else if (strcmp(line, "release\n") == 0)
			took = released;
		printf("%lld %s\n", took, took < 0 ? strerror(errno) : "");
		fflush(stdout);
	}
	return 0;
}

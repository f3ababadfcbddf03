/* Speaks to a real helper and real shims as root, in a mount and net namespace of its own.
 *
 *     shim_live BERTH_SHIM PAYLOAD
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "live.h"

static char home[64], shim_socket[96], text[1 << 20];
static const char *program, *payload;
static int helper, helper_pid, shim, shim_pid;
static bool unbindable; /* the mount that masks directories */

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
static const char *const nothing[] = {NULL};

static void start_helper(void)
{
	char path[96];
	snprintf(path, sizeof path, "%s/helper", home);
	int listener = listen_at(path);
	helper_pid = fork();
	if (helper_pid == 0) {
		const uint64_t ignore[4] = {1};
		signal(SIGHUP, SIG_IGN);
		syscall(SYS_rt_sigaction, 33, ignore, NULL, sizeof(uint64_t)); /* one that C libraries hide */
		execl(program, program, "helper", path, (char *)NULL);
		_exit(1);
	}
	helper = accept(listener, NULL, NULL);
	close(listener);
	struct ucred peer;
	socklen_t size = sizeof peer;
	getsockopt(helper, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	CHECK(peer.pid == helper_pid, "the helper connects and has kept its pid");
}

/* A program of the node with captured output, the way a CNI plugin runs. */
static void build_run(const char *const *arguments, uint32_t limit)
{
	plan_begin(KIND_RUN);
	plan.header.stdio = STDIO_CAPTURE;
	plan.header.capture_limit = limit;
	add_exec(arguments, LIST("COLOUR=blue"), LIST("/nonexistent/program", payload));
}

/* Both answers to a RUN, LAUNCH of an exec: the exit is left in `got`. True if both came and the launch went well. */
static bool started_and_exited(int on, uint32_t tag)
{
	bool good = expect(on, PACKET_LAUNCHED, tag) && got.body.launched.error == 0;
	if (!good) {
		printf("not launched: %s at op %d\n", strerror(got.body.launched.error), (int)got.body.launched.op);
		return false;
	}
	return expect(on, PACKET_EXITED, tag);
}

/* Reads captured output `which` of the EXITED in `got` into `text`. */
static const char *captured(unsigned which)
{
	unsigned at = which == 1 && (got.body.exited.captured & 1) ? 1 : 0;
	text[0] = 0;
	if (got.body.exited.captured & 1u << which)
		slurp(got.fds[at], text, sizeof text);
	return text;
}

static void runs_programs_of_the_node(void)
{
	build_run(LIST("payload", "both", "hello"), 1 << 20);
	plan_send(helper, PACKET_RUN, 7, "run-1", -1, true);
	CHECK(started_and_exited(helper, 7), "a program of the node runs");
	struct exited end = got.body.exited;
	CHECK(strcmp(end.id, "run-1") == 0 && end.kind == KIND_RUN && end.status == 0, "its exit names it");
	CHECK(end.captured == 3 && end.stdout_bytes == 10 && end.stderr_bytes == 9, "both outputs are captured");
	CHECK(strcmp(captured(0), "out hello\n") == 0, "standard output is as written");
	CHECK(strcmp(captured(1), "err hello") == 0, "standard error is as written");

	build_run(LIST("payload", "flood", "100000"), 1000);
	plan_send(helper, PACKET_RUN, 8, "run-2", -1, true);
	CHECK(started_and_exited(helper, 8) && got.body.exited.stdout_bytes == 1000 && got.body.exited.captured == 1,
	      "output over the limit is dropped and the program goes on to its end");
	CHECK(WIFEXITED(got.body.exited.status) && WEXITSTATUS(got.body.exited.status) == 0, "a flood does not fail");

	build_run(LIST("payload", "env", "COLOUR"), 1000);
	plan_send(helper, PACKET_RUN, 9, "run-3", -1, true);
	CHECK(started_and_exited(helper, 9) && strcmp(captured(0), "blue\n") == 0, "the environment is the plan's");

	build_run(LIST("payload", "list", "/proc/self/fd"), 1000);
	plan_send(helper, PACKET_RUN, 10, "run-4", -1, true);
	CHECK(started_and_exited(helper, 10) && strcmp(captured(0), "0 1 2 \n") == 0, "nothing but 0-2 is open in it");

	build_run(LIST("payload", "cat", "/proc/self/limits"), 8000);
	plan_send(helper, PACKET_RUN, 11, "run-5", -1, true);
	CHECK(started_and_exited(helper, 11) && strstr(captured(0), "Max open files            777 "),
	      "it has the limit of open files that the helper was started with");
	build_run(LIST("payload", "cat", "/proc/self/status"), 8000);
	plan_send(helper, PACKET_RUN, 12, "run-6", -1, true);
	CHECK(started_and_exited(helper, 12) && strstr(captured(0), "SigBlk:\t0000000000000000") &&
		      strstr(text, "SigIgn:\t0000000000000000"),
	      "no signal is blocked or ignored, whatever the daemon ignored");
}

static void refuses_what_cannot_run(void)
{
	plan_begin(KIND_RUN);
	add(OP_SESSION);
	add_exec(LIST("x"), nothing, LIST("/nonexistent/a", "/nonexistent/b"));
	plan_send(helper, PACKET_RUN, 20, "bad-1", -1, true);
	CHECK(expect(helper, PACKET_LAUNCHED, 20) && got.body.launched.error == ENOENT && got.body.launched.op == 1,
	      "a missing program is ENOENT at the op EXEC");
	plan_begin(KIND_RUN);
	add_exec(LIST("x"), nothing, LIST("/etc/passwd", "/nonexistent/b"));
	plan_send(helper, PACKET_RUN, 21, "bad-1", -1, true);
	CHECK(expect(helper, PACKET_LAUNCHED, 21) && got.body.launched.error == EACCES, "EACCES is remembered over ENOENT");
	build_run(LIST("x"), 1);
	plan_send(helper, PACKET_RUN, 22, "bad-2", -1, false);
	CHECK(expect(helper, PACKET_LAUNCHED, 22) && got.body.launched.error == EPROTO && got.body.launched.op == NO_OP,
	      "a plan that is not sealed is EPROTO");
	build_run(LIST("payload", "exit", "0"), 1);
	plan.header.fds = 3;
	plan.fds[0] = plan.fds[1] = plan.fds[2] = 1;
	plan_send(helper, PACKET_RUN, 23, "bad-3", -1, true);
	CHECK(expect(helper, PACKET_LAUNCHED, 23), "a plan with descriptors it does not use is answered");
	if (got.body.launched.error == 0)
		expect(helper, PACKET_EXITED, 23);
	CHECK(ask(helper, PACKET_SIGNAL, 24, "bad-1", 9) == ENOENT, "nothing is kept of what failed");
}

static void signals_programs(void)
{
	build_run(LIST("payload", "wait"), 100);
	plan_send(helper, PACKET_RUN, 30, "sleeper", -1, true);
	CHECK(expect(helper, PACKET_LAUNCHED, 30), "a sleeper starts");
	plan_send(helper, PACKET_RUN, 31, "sleeper", -1, true);
	CHECK(expect(helper, PACKET_LAUNCHED, 31) && got.body.launched.error == EEXIST, "an id that is in use is EEXIST");
	CHECK(ask(helper, PACKET_SIGNAL, 32, "sleeper", 1000) == EINVAL, "a signal that is none is EINVAL");
	CHECK(ask(helper, PACKET_SIGNAL, 33, "sleeper", SIGKILL) == 0, "it can be killed");
	CHECK(expect(helper, PACKET_EXITED, 30) && WIFSIGNALED(got.body.exited.status), "and ends by that signal");
}

static void build_pod(void)
{
	plan_begin(KIND_POD);
	add(OP_UNSHARE)->x = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	add(OP_LOOPBACK);
	add(OP_HOSTNAME)->s1 = put_string("pod-one");
	struct op *op = add(OP_NEWFS);
	op->s1 = put_string("proc");
	op->b = 40;
	op = add(OP_WRITE);
	op->a = 40;
	op->s1 = put_string("sys/net/ipv4/ip_unprivileged_port_start");
	op->s2 = put_string("80");
}

static void spawns_pods(void)
{
	snprintf(shim_socket, sizeof shim_socket, "%s/shim", home);
	int listener = listen_at(shim_socket);
	chmod(shim_socket, 0777); /* so that a stranger gets as far as the shim */
	build_pod();
	add(OP_SETNS)->a = 40; /* proc is no namespace */
	plan_send(helper, PACKET_SPAWN, 40, "pod-bad", listener, true);
	CHECK(expect(helper, PACKET_SPAWNED, 40) && got.body.launched.error == EBADF && got.body.launched.op == 5,
	      "a pod plan that fails names its op");
	build_pod();
	plan_send(helper, PACKET_SPAWN, 41, "pod-one", listener, true);
	CHECK(expect(helper, PACKET_SPAWNED, 41) && got.body.launched.error == 0 && got.body.launched.pid > 0, "a pod spawns");
	shim_pid = got.body.launched.pid;
	close(listener);
	shim = connect_at(shim_socket);
	CHECK(shim >= 0, "its shim accepts the daemon");
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/mountinfo", shim_pid);
	slurp_file(path, text, sizeof text);
	CHECK(strstr(text, " / / ro") && !strchr(text, '\n')[1], "its mount namespace is one read-only mount");
	snprintf(path, sizeof path, "/proc/%d/comm", shim_pid);
	slurp_file(path, text, sizeof text);
	CHECK(strcmp(text, "berth-shim\n") == 0, "ps shows its name");
	snprintf(path, sizeof path, "/proc/%d/cmdline", shim_pid);
	slurp_file(path, text, sizeof text);
	CHECK(strncmp(text, "berth-shim pod-one", 18) == 0, "ps shows its pod");
	snprintf(path, sizeof path, "/proc/%d/exe", shim_pid);
	text[readlink(path, text, 100)] = 0;
	CHECK(strncmp(text, "/memfd:", 7) == 0, "it runs from a memory file");
	snprintf(path, sizeof path, "/proc/%d/fd", shim_pid);
	struct stat st;
	CHECK(stat(path, &st) == 0, "its descriptors can be looked at by root");
}

static int new_tmpfs(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	int mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	return mount;
}

/* An image: a tmpfs that holds the payload and a few traps, not attached anywhere. */
static int new_root(void)
{
	int mount = new_tmpfs(), from = open(payload, O_RDONLY | O_CLOEXEC);
	int to = openat(mount, "payload", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	for (ssize_t n; (n = read(from, text, sizeof text)) > 0;)
		if (write(to, text, (size_t)n) != n)
			abort();
	close(from);
	close(to);
	symlinkat("/gone/run", mount, "run");
	symlinkat("../gone/file", mount, "dangling");
	symlinkat("/etc", mount, "outside");
	return mount;
}

enum { ROOT = 0, PROC = 50, DEV = 51, PTS = 52, NULLFILE = 53, EMPTY = 54, SYS = 55, READ_ONLY = 56 };

static void add_fs(const char *type, int32_t to, uint64_t attributes, const char *const *pairs, uint32_t count)
{
	struct op *op = add(OP_NEWFS);
	op->s1 = put_string(type);
	op->b = to;
	op->x = attributes;
	op->n = count;
	op->s2 = put_list(pairs, 2 * count);
}

static void add_at(enum op_code code, int32_t a, const char *path, uint64_t x)
{
	struct op *op = add(code);
	op->a = a;
	op->s1 = put_string(path);
	op->x = x;
}

static void add_move(int32_t mount, const char *path)
{
	add_at(OP_MKDIR, ROOT, path, 0755);
	struct op *op = add(OP_MOVE);
	op->a = mount;
	op->b = ROOT;
	op->s1 = put_string(path);
}

static void add_node(const char *name, unsigned major_number, unsigned minor_number)
{
	struct op *op = add(OP_MKNOD);
	op->a = DEV;
	op->s1 = put_string(name);
	op->x = S_IFCHR | 0666;
	op->y = makedev(major_number, minor_number);
}

static void add_mask(const char *path)
{
	struct op *op = add(OP_MASK);
	op->a = ROOT;
	op->b = EMPTY;
	op->n = NULLFILE;
	op->s1 = put_string(path);
}

/* All three ops are skipped where the path is missing. */
static void add_read_only(const char *path)
{
	add_at(OP_CLONE, ROOT, path, 0);
	plan.ops[plan.header.ops - 1].flags = FLAG_OPTIONAL | FLAG_RECURSIVE;
	plan.ops[plan.header.ops - 1].b = READ_ONLY;
	add_at(OP_SETATTR, READ_ONLY, "", MOUNT_ATTR_RDONLY);
	plan.ops[plan.header.ops - 1].flags = FLAG_RECURSIVE;
	struct op *op = add(OP_MOVE);
	op->a = READ_ONLY;
	op->b = ROOT;
	op->s1 = put_string(path);
	add(OP_CLOSE)->a = READ_ONLY;
}

/* The mounts of an ordinary container, in the order the daemon uses. */
static void add_mounts(uint32_t propagation)
{
	const uint64_t strict = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	put_fd(new_root());
	add_fs("proc", PROC, strict, NULL, 0);
	add_fs("tmpfs", DEV, MOUNT_ATTR_NOSUID, LIST("mode", "755", "size", "65536k"), 2);
	add_fs("devpts", PTS, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, LIST("newinstance", "", "ptmxmode", "0666", "mode", "0620"), 3);
	add_fs("tmpfs", EMPTY, strict | MOUNT_ATTR_RDONLY, LIST("mode", "0", "nr_inodes", "1"), 2);
	add_fs("sysfs", SYS, strict | MOUNT_ATTR_RDONLY, NULL, 0);
	struct op *op = add(OP_ATTACH);
	op->a = ROOT;
	op->n = propagation;
	add_move(PROC, "/proc");
	plan.ops[plan.header.ops - 2].flags = FLAG_NOFOLLOW;
	add_move(DEV, "/dev");
	add_at(OP_LABEL, DEV, "u:object_r:t:s0:c1,c2", 0);
	add_node("null", 1, 3);
	add_node("zero", 1, 5);
	op = add(OP_SYMLINK);
	op->a = DEV;
	op->s1 = put_string("fd");
	op->s2 = put_string("/proc/self/fd");
	add_move(PTS, "/dev/pts");
	add_move(SYS, "/sys");
	add_at(OP_CLONE, DEV, "null", 0);
	plan.ops[plan.header.ops - 1].b = NULLFILE;
	if (unbindable) {
		op = add(OP_SETATTR);
		op->a = EMPTY;
		op->n = MS_UNBINDABLE;
		add_mask("/sys/firmware");
		return;
	}
	add_mask("/proc/timer_list");
	add_mask("/proc/keys");
	add_mask("/proc/scsi");
	add_mask("/sys/firmware");
	add_mask("/sys/devices/system");
	add_mask("/proc/no/such/thing");
	add_read_only("/proc/sys");
	add_read_only("/proc/no/such/thing");
	add_at(OP_WRITE, PROC, "no/such/file", 0);
	plan.ops[plan.header.ops - 1].flags = FLAG_BEST_EFFORT;
}

static void add_tail(void)
{
	add(OP_PIVOT)->a = ROOT;
	plan.ops[plan.header.ops - 1].a = ROOT;
	add_at(OP_CWD, -1, "/work/../work/deep", 0);
	plan.ops[plan.header.ops - 1].flags = FLAG_CREATE;
	add(OP_KEYRING);
	add(OP_AFFINITY);
	struct op *op = add(OP_RLIMIT);
	op->n = RLIMIT_NOFILE;
	op->x = 500;
	op->y = 600;
	add(OP_BOUNDING)->x = 0x21;
	add(OP_NO_NEW_PRIVS);
	const struct sock_filter allow = {0x06, 0, 0, SECCOMP_RET_ALLOW};
	op = add(OP_SECCOMP);
	op->n = 1;
	op->s1 = put_bytes(&allow, sizeof allow);
	const uint32_t groups[] = {7, 9};
	op = add(OP_IDS);
	op->x = 1000;
	op->y = 100;
	op->n = 2;
	op->s1 = put_bytes(groups, sizeof groups);
	op = add(OP_CAPS);
	op->x = 0x21;
	op->y = 0x01;
	add(OP_UMASK)->x = 022;
}

/* An ordinary container, log in `home`/NAME. `middle` adds ops before the pivot. */
static void build_container(const char *log, uint32_t stdio, const char *const *arguments, void (*middle)(void))
{
	plan_begin(KIND_INIT);
	plan.header.clone_flags = CLONE_NEWNS | CLONE_NEWPID;
	plan.header.stdio = stdio;
	add_mounts(MS_PRIVATE);
	if (log) {
		plan.header.log_dir = put_fd(open(home, O_PATH | O_DIRECTORY | O_CLOEXEC));
		plan.header.log_name = put_string(log);
		plan.header.stdio |= STDIO_LOG;
	}
	add(OP_SESSION);
	if (middle)
		middle();
	add_tail();
	add_exec(arguments, LIST("A=1"), LIST("/payload"));
}

static void close_plan_fds(void)
{
	for (uint32_t i = 0; i < plan.header.fds; i++)
		close(plan.fds[i]);
}

static void launch_built(uint32_t tag, const char *id)
{
	plan_send(shim, PACKET_LAUNCH, tag, id, -1, true);
	close_plan_fds();
}

/* The log of `name` without its time stamps, in `text`. */
static const char *log_text(const char *name)
{
	static char raw[1 << 20];
	char path[128];
	snprintf(path, sizeof path, "%s/%s", home, name);
	size_t length = slurp_file(path, raw, sizeof raw), out = 0;
	for (char *line = raw; line < raw + length;) {
		char *end = strchr(line, '\n');
		if (!end || end - line < 31)
			break;
		memcpy(text + out, line + 31, (size_t)(end - line) - 30);
		out += (size_t)(end - line) - 30;
		line = end + 1;
	}
	text[out] = 0;
	return text;
}

static void make_traps(void)
{
	add_at(OP_MKDIR, ROOT, "/run/deep/er", 0700);
	add_at(OP_MKFILE, ROOT, "/dangling", 0644);
	add_at(OP_MKDIR, ROOT, "/outside/made", 0755);
	add_at(OP_MKFILE, ROOT, "/outside/file", 0600);
}

static void launches_containers(void)
{
	build_container("one.log", 0, LIST("payload", "both", "world"), make_traps);
	plan.header.oom_file = put_fd(open("/proc/self/cmdline", O_RDONLY));
	launch_built(50, "one");
	CHECK(started_and_exited(shim, 50), "a container runs from clone to exit");
	CHECK(got.body.exited.kind == KIND_INIT && got.body.exited.status == 0 && got.body.exited.captured == 0,
	      "its exit tells so");
	CHECK(got.body.exited.stdout_bytes == 10 && got.body.exited.stderr_bytes == 9, "its output is counted");
	CHECK(strstr(log_text("one.log"), "stdout F out world\n") && strstr(text, "stderr P err world\n"),
	      "its log has both streams, the unfinished line as P");
	struct stat st;
	CHECK(stat("/etc/made", &st) < 0 && stat("/gone", &st) < 0 && stat("/etc/file", &st) < 0,
	      "links of an image lead nowhere but into the image");
	request_send(shim, PACKET_STATE, 51, "", 0);
	CHECK(expect(shim, PACKET_STATE_REPLY, 51) && got.header.length == sizeof(struct state_entry) &&
		      got.body.entries[0].state == WIRE_EXITED && strcmp(got.body.entries[0].id, "one") == 0,
	      "STATE keeps it");
	CHECK(ask(shim, PACKET_SIGNAL, 52, "one", 15) == ESRCH, "what has exited takes no signal");
	CHECK(ask(shim, PACKET_FORGET, 53, "one", 0) == 0 && ask(shim, PACKET_FORGET, 54, "one", 0) == ENOENT, "until FORGET");
}

/* Runs the payload in a container of its own and gives its log. */
static const char *said(const char *const *arguments)
{
	static unsigned number;
	char log[32];
	snprintf(log, sizeof log, "said-%u.log", number++);
	build_container(log, 0, arguments, NULL);
	launch_built(60, log);
	CHECK(started_and_exited(shim, 60), "a container runs");
	ask(shim, PACKET_FORGET, 61, log, 0);
	return log_text(log);
}

static bool all_in(const char *const *parts)
{
	bool good = true;
	for (; *parts; parts++)
		if (!strstr(text, *parts)) {
			printf("missing %s in:\n%s\n", *parts, text);
			good = false;
		}
	return good;
}

static void gives_containers_what_the_plan_says(void)
{
	said(LIST("payload", "cat", "/proc/self/status"));
	CHECK(all_in(LIST("F Pid:\t1\n", "F Uid:\t1000\t1000\t1000\t1000", "F Gid:\t100\t100\t100\t100", "F Groups:\t7 9 \n",
			  "F CapInh:\t0000000000000001", "F CapPrm:\t0000000000000001", "F CapEff:\t0000000000000001",
			  "F CapBnd:\t0000000000000021", "F CapAmb:\t0000000000000001", "F NoNewPrivs:\t1", "F Seccomp:\t2",
			  "F Umask:\t0022", "F SigBlk:\t0000000000000000", "F SigIgn:\t0000000000000000")),
	      "ids, capabilities, filter, signals");
	said(LIST("payload", "cat", "/proc/self/limits"));
	CHECK(all_in(LIST("Max open files            500                  600 ")), "limits");
	CHECK(strcmp(said(LIST("payload", "list", "/proc/self/fd")), "stdout F 0 1 2 \n") == 0, "no descriptor but 0-2");
	CHECK(strcmp(said(LIST("payload", "cwd")), "stdout F /work/deep\n") == 0, "a working directory made on the way");
	CHECK(strcmp(said(LIST("payload", "cat", "/proc/sys/kernel/hostname")), "stdout F pod-one\n") == 0, "the pod's name");
	said(LIST("payload", "cat", "/proc/net/dev"));
	CHECK(strstr(text, "lo:") && !strstr(text, "eth"), "the pod's network");
	CHECK(strcmp(said(LIST("payload", "cat", "/proc/keys")), "") == 0, "masked files are empty");
	CHECK(strcmp(said(LIST("payload", "cat", "/proc/timer_list")), "") == 0, "all masked files are empty");
	CHECK(strcmp(said(LIST("payload", "list", "/sys/devices/system")), "") == 0, "masked directories cannot be read");
	said(LIST("payload", "cat", "/proc/self/mountinfo"));
	CHECK(all_in(LIST(" / / rw", " / /proc rw,nosuid,nodev,noexec", " / /sys ro,nosuid,nodev,noexec", " /sys /proc/sys ro,nosuid,nodev,noexec")) &&
		      !strstr(text, "/proc/no") && !strstr(text, "shared:"),
	      "mounts of its own and none of the node's");
	CHECK(strcmp(said(LIST("payload", "label", "/dev")), "stdout F u:object_r:t:s0:c1,c2\n") == 0, "the label of a mount");
	said(LIST("payload", "null"));
	char *second = strchr(text, '\n') + 1;
	CHECK(strncmp(text, second, (size_t)(second - text)) == 0, "standard input is the container's own null device");
	CHECK(strcmp(said(LIST("payload", "pid")), "stdout F pid 1 ppid 0 sid 1\n") == 0, "process 1 and leader of a session");
}

static void fails_at_the_op_that_fails(void)
{
	plan_begin(KIND_INIT);
	plan.header.clone_flags = CLONE_NEWNS | CLONE_NEWPID;
	add_mounts(0);
	uint32_t at = plan.header.ops;
	add_at(OP_WRITE, PROC, "no/such/file", 0);
	add_tail();
	add_exec(LIST("x"), nothing, LIST("/payload"));
	launch_built(70, "fails");
	CHECK(expect(shim, PACKET_LAUNCHED, 70) && got.body.launched.error == ENOENT && got.body.launched.op == at,
	      "a failing op is named with its errno");
	const char *links[64] = {NULL};
	for (int i = 0; i < 60; i++) {
		char *link = malloc(40);
		snprintf(link, 40, "/proc/self/fd/%d%s", i / 2 + 3, i % 2 ? "/payload" : "");
		links[i] = link;
	}
	build_container("fails.log", 0, LIST("x"), NULL);
	uint32_t count;
	plan.ops[plan.header.ops - 1].z = put_strings(links, &count);
	plan.ops[plan.header.ops - 1].y = count;
	launch_built(74, "fails");
	CHECK(expect(shim, PACKET_LAUNCHED, 74) && got.body.launched.op == plan.header.ops - 1 &&
		      (got.body.launched.error == ENOENT || got.body.launched.error == EACCES),
	      "no descriptor of the launch is a way to a program");
	for (int i = 0; i < 60; i++)
		free((void *)(uintptr_t)links[i]);
	build_container("fails.log", 0, LIST("x"), NULL);
	for (uint32_t i = 0; i < plan.header.ops; i++)
		if (plan.ops[i].op == OP_CWD)
			plan.ops[i].s1 = put_string("/proc/self/fd/5");
	launch_built(75, "fails");
	CHECK(expect(shim, PACKET_LAUNCHED, 75) && got.body.launched.error == ELOOP, "or to a working directory");
	build_container("fails.log", 0, LIST("x"), NULL);
	plan.ops[plan.header.ops - 1].z = put_strings(LIST("/absent"), &(uint32_t){0});
	launch_built(71, "fails");
	CHECK(expect(shim, PACKET_LAUNCHED, 71) && got.body.launched.error == ENOENT && got.body.launched.op == plan.header.ops - 1,
	      "a missing program is named with the index of EXEC");
	plan_begin(KIND_INIT);
	plan.header.stdio = STDIO_LOG;
	plan.header.log_dir = put_fd(open(home, O_PATH | O_CLOEXEC));
	plan.header.log_name = put_string("no/such/directory.log");
	add_exec(LIST("x"), nothing, LIST("/payload"));
	launch_built(72, "fails");
	CHECK(expect(shim, PACKET_LAUNCHED, 72) && got.body.launched.error == ENOENT && got.body.launched.op == NO_OP,
	      "a log that cannot be opened is no op");
	request_send(shim, PACKET_STATE, 73, "", 0);
	CHECK(expect(shim, PACKET_STATE_REPLY, 73) && got.header.length == 0, "nothing is kept of failures");
}

static void launch_sleeper(const char *id, const char *log, const char *what)
{
	build_container(log, 0, LIST("payload", what), NULL);
	launch_built(80, id);
	CHECK(expect(shim, PACKET_LAUNCHED, 80) && got.body.launched.error == 0, "a sleeper starts");
}

static void build_exec(const char *target, const char *const *arguments)
{
	plan_begin(KIND_EXEC);
	plan.header.stdio = STDIO_CAPTURE;
	plan.header.capture_limit = 100000;
	plan.header.target = put_string(target);
	struct op *op = add(OP_SETNS);
	op->a = REGISTER_TARGET;
	op->x = CLONE_NEWNS;
	add_at(OP_CWD, -1, "/", 0);
	add(OP_SESSION);
	add_exec(arguments, nothing, LIST("/payload"));
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void executes_in_containers(void)
{
	launch_sleeper("main", "main.log", "term");
	build_exec("main", LIST("payload", "pid"));
	launch_built(90, "exec-1");
	CHECK(started_and_exited(shim, 90) && strncmp(captured(0), "pid 2 ppid 0", 12) == 0,
	      "an exec is in the pid namespace of its container");
	CHECK(strcmp(got.body.exited.id, "exec-1") == 0 && got.body.exited.kind == KIND_EXEC, "its exit names it");
	CHECK(ask(shim, PACKET_FORGET, 91, "exec-1", 0) == ENOENT, "an exec is forgotten by itself");
	build_exec("main", LIST("payload", "exit", "7"));
	launch_built(92, "exec-2");
	CHECK(started_and_exited(shim, 92) && WEXITSTATUS(got.body.exited.status) == 7, "its status is its own");
	build_exec("nobody", LIST("payload", "exit", "7"));
	launch_built(93, "exec-3");
	CHECK(expect(shim, PACKET_LAUNCHED, 93) && got.body.launched.error == ESRCH, "an exec in nothing is ESRCH");
	double before = seconds();
	build_exec("main", LIST("payload", "background", "30"));
	launch_built(94, "exec-4");
	CHECK(started_and_exited(shim, 94) && strcmp(captured(0), "parent\n") == 0 && seconds() - before > 1.9 &&
		      seconds() - before < 4,
	      "output that others hold open is waited for 2 s");
	build_exec("main", LIST("payload", "wait"));
	launch_built(95, "exec-5");
	expect(shim, PACKET_LAUNCHED, 95);
	CHECK(ask(shim, PACKET_SIGNAL, 96, "exec-5", -SIGKILL) == 0, "a negative signal goes to the process group");
	CHECK(expect(shim, PACKET_EXITED, 95), "which ends");

	int pipes[2];
	if (pipe2(pipes, O_CLOEXEC) < 0)
		abort();
	build_exec("main", LIST("payload", "read"));
	plan.header.stdio = 0;
	plan.header.stdin_register = put_fd(pipes[0]);
	plan.header.stdout_register = put_fd(open(home, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
	if (write(pipes[1], "words\n", 6) != 6)
		abort();
	int out = fcntl(plan.fds[1], F_DUPFD_CLOEXEC, 3);
	launch_built(97, "exec-6");
	CHECK(started_and_exited(shim, 97), "an exec with descriptors of the daemon runs");
	text[pread(out, text, 100, 0)] = 0;
	CHECK(strcmp(text, "read words\n") == 0, "and uses them");
	close(out);
	close(pipes[1]);
}

static void rotates_logs(void)
{
	char from[128], to[128];
	snprintf(from, sizeof from, "%s/main.log", home);
	snprintf(to, sizeof to, "%s/main.log.1", home);
	rename(from, to);
	CHECK(ask(shim, PACKET_REOPEN_LOG, 100, "main", 0) == 0 && access(from, F_OK) == 0, "REOPEN_LOG makes the file anew");
	CHECK(strcmp(log_text("main.log.1"), "stdout F ready\n") == 0, "and leaves the old one");
	CHECK(ask(shim, PACKET_REOPEN_LOG, 101, "none", 0) == ENOENT, "a log of nobody is ENOENT");
}

static void survives_the_daemon(void)
{
	build_exec("main", LIST("payload", "wait"));
	launch_built(110, "exec-9");
	expect(shim, PACKET_LAUNCHED, 110);
	int second = connect_at(shim_socket);
	CHECK(!packet_receive(shim, 2000), "a new connection ends the old one");
	close(shim);
	shim = second;
	request_send(shim, PACKET_STATE, 111, "", 0);
	CHECK(expect(shim, PACKET_STATE_REPLY, 111) && got.header.length == 2 * sizeof(struct state_entry), "STATE has both");
	CHECK(ask(shim, PACKET_SIGNAL, 112, "exec-9", SIGKILL) == 0, "an exec of the last daemon can be killed");
	CHECK(expect(shim, PACKET_EXITED, 0), "its exit comes without a tag");
	kill(shim_pid, SIGTERM);
	kill(shim_pid, SIGHUP);
	CHECK(ask(shim, PACKET_SIGNAL, 113, "main", 0) == 0, "SIGTERM does not end a shim");
	close(shim);
	kill(shim_pid, SIGUSR1);
	shim = connect_at(shim_socket);
	CHECK(ask(shim, PACKET_SIGNAL, 114, "main", SIGTERM) == 0 && expect(shim, PACKET_EXITED, 0) &&
		      WEXITSTATUS(got.body.exited.status) == 42,
	      "a container ends the way it wants to");
	close(shim);
	shim = connect_at(shim_socket);
	request_send(shim, PACKET_STATE, 115, "", 0);
	CHECK(expect(shim, PACKET_STATE_REPLY, 115) && got.body.entries[0].state == WIRE_EXITED &&
		      WEXITSTATUS(got.body.entries[0].status) == 42 && got.body.entries[0].finished > got.body.entries[0].started,
	      "the exit is kept for the next daemon");
	CHECK(ask(shim, PACKET_FORGET, 116, "main", 0) == 0, "and forgotten on demand");
}

static void reads_oom_kills(void)
{
	char path[128];
	snprintf(path, sizeof path, "%s/memory.events", home);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (write(fd, "low 0\noom 9\noom_kill 13\noom_group_kill 0\n", 42) < 0)
		abort();
	build_container(NULL, STDIO_DISCARD, LIST("payload", "exit", "1"), NULL);
	plan.header.oom_file = put_fd(fd);
	launch_built(120, "oom");
	CHECK(started_and_exited(shim, 120) && got.body.exited.oom_kills == 13, "oom kills are read when it is reaped");
	ask(shim, PACKET_FORGET, 121, "oom", 0);
}

static void add_pty(void)
{
	struct op *op = add(OP_PTY);
	op->a = PTS;
	op->z = (uint64_t)1000 << 32 | 100;
}

static void runs_terminals(void)
{
	build_container("tty.log", STDIO_TTY, LIST("payload", "tty"), add_pty);
	plan.header.rows = 24;
	plan.header.columns = 80;
	launch_built(130, "tty");
	CHECK(started_and_exited(shim, 130), "a container with a terminal runs");
	CHECK(strcmp(log_text("tty.log"), "stdout F tty 1 1 1\r\n") == 0, "its log is one stream");
	ask(shim, PACKET_FORGET, 131, "tty", 0);

	build_container(NULL, STDIO_TTY, LIST("payload", "read"), add_pty);
	launch_built(132, "tty-2");
	CHECK(expect(shim, PACKET_LAUNCHED, 132) && got.count == 1, "a terminal without log is handed to the daemon");
	if (got.count != 1)
		return;
	int master = got.fds[0];
	fcntl(master, F_SETFL, 0);
	if (write(master, "typed\n", 6) != 6)
		abort();
	slurp(master, text, 64);
	CHECK(strstr(text, "read typed"), "which speaks through it");
	close(master);
	CHECK(expect(shim, PACKET_EXITED, 132), "and sees the end");
	ask(shim, PACKET_FORGET, 133, "tty-2", 0);
}

static unsigned count_fds(int pid)
{
	char path[64];
	unsigned count = 0;
	for (int fd = 0; fd < 2000; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
		count += readlink(path, text, 10) >= 0;
	}
	return count;
}

static void shares_a_pid_namespace(void)
{
	plan_begin(KIND_PAUSE);
	plan.header.clone_flags = CLONE_NEWPID;
	add(OP_SESSION);
	add(OP_CAPS);
	add(OP_PAUSE);
	launch_built(140, "pause");
	CHECK(expect(shim, PACKET_LAUNCHED, 140) && got.body.launched.error == 0, "a pause process starts");
	char path[64];
	int pause_pid = got.body.launched.pid;
	CHECK(count_fds(pause_pid) == 0, "which holds nothing open");
	build_container("shared.log", 0, LIST("payload", "pid"), NULL);
	plan.header.clone_flags = CLONE_NEWNS;
	plan.header.target = put_string("pause");
	launch_built(141, "shared");
	CHECK(started_and_exited(shim, 141) && strncmp(log_text("shared.log"), "stdout F pid 2 ", 15) == 0,
	      "a container joins the pid namespace of the pause process");
	ask(shim, PACKET_FORGET, 142, "shared", 0);
	build_container("own.log", 0, LIST("payload", "pid"), NULL);
	plan.header.clone_flags = CLONE_NEWNS;
	launch_built(143, "own");
	CHECK(started_and_exited(shim, 143) && strstr(log_text("own.log"), " ppid ") && !strstr(text, "pid 3 "),
	      "the shim has come back from it");
	ask(shim, PACKET_FORGET, 144, "own", 0);
	snprintf(path, sizeof path, "/proc/%d/comm", pause_pid);
	slurp_file(path, text, sizeof text);
	CHECK(strcmp(text, "berth-pause\n") == 0, "ps shows the pause process");
}

static void add_fork(void)
{
	add(OP_FORK)->x = CLONE_NEWPID;
}

static void goes_on_in_a_clone(void)
{
	build_container("fork.log", 0, LIST("payload", "pid"), add_fork);
	plan.header.clone_flags = CLONE_NEWNS;
	launch_built(145, "fork");
	CHECK(expect(shim, PACKET_LAUNCHED, 145) && got.body.launched.error == 0, "a plan goes on in a clone");
	int pid = got.body.launched.pid;
	CHECK(expect(shim, PACKET_EXITED, 145) && got.body.exited.pid == pid && got.body.exited.status == 0,
	      "whose end is the process's");
	CHECK(strncmp(log_text("fork.log"), "stdout F pid 1 ppid 0", 21) == 0, "and which is first in its pid namespace");
	ask(shim, PACKET_FORGET, 146, "fork", 0);
	for (uint32_t i = 0; i < 50; i++) { /* some end before the shim has heard of them */
		build_container(NULL, STDIO_DISCARD, LIST("payload", "exit", "7"), add_fork);
		plan.header.clone_flags = CLONE_NEWNS;
		launch_built(147, "fork");
		bool good = started_and_exited(shim, 147) && WEXITSTATUS(got.body.exited.status) == 7;
		CHECK(good, "a clone that ends at once is told all the same");
		ask(shim, PACKET_FORGET, 148, "fork", 0);
	}
	build_container(NULL, STDIO_DISCARD, LIST("payload", "exit", "0"), add_fork);
	launch_built(149, "fork");
	CHECK(expect(shim, PACKET_LAUNCHED, 149) && got.body.launched.error == EINVAL,
	      "the first of a pid namespace has no parent to clone for");
}

static ino_t inode_of(const char *path)
{
	struct stat st;
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

static unsigned count_children(int pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	slurp_file(path, text, sizeof text);
	return (unsigned)strlen(text);
}

static void add_userns(const char *map)
{
	struct op *op;
	plan_begin(KIND_POD);
	op = add(OP_NEWFS);
	op->s1 = put_string("proc");
	op->b = 40;
	op = add(OP_USERNS);
	op->a = 40;
	op->s1 = put_string(map);
	op->s2 = put_string(map);
	op->x = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
}

static void makes_user_namespaces(void)
{
	char path[96];
	struct stat st;
	snprintf(path, sizeof path, "%s/user", home);
	int listener = listen_at(path);
	add_userns("0 4294967295 1");
	plan_send(helper, PACKET_SPAWN, 150, "pod-user", listener, true);
	CHECK(expect(helper, PACKET_SPAWNED, 150) && got.body.launched.error == EINVAL && got.body.launched.op == 1,
	      "a map that the kernel refuses fails the op");
	add_userns("0 100000 65536");
	plan_send(helper, PACKET_SPAWN, 151, "pod-user", listener, true);
	close(listener);
	CHECK(expect(helper, PACKET_SPAWNED, 151) && got.body.launched.error == 0, "a pod with a user namespace spawns");
	int pid = got.body.launched.pid;
	int other = connect_at(path);
	snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
	CHECK(inode_of(path) == inode_of("/proc/self/ns/user"), "its shim stays outside of it");
	const char *const kinds[] = {"net", "ipc", "uts"};
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kinds[i]);
		int ns = open(path, O_RDONLY | O_CLOEXEC), owner = ioctl(ns, 0xb701 /* NS_GET_USERNS */);
		CHECK(owner >= 0 && fstat(owner, &st) == 0 && st.st_ino != inode_of("/proc/self/ns/user"),
		      "its namespaces belong to the user namespace");
		close(owner);
		close(ns);
	}
	CHECK(count_children(pid) == 0, "nothing runs to hold it");
	CHECK(ask(other, PACKET_SHUTDOWN, 152, "", 0) == 0, "it shuts down");
	close(other);
}

static void takes_many_descriptors(void)
{
	build_container("many.log", 0, LIST("payload", "list", "/proc/self/fd"), NULL);
	while (plan.header.fds < 500)
		put_fd(0);
	plan_send(shim, PACKET_LAUNCH, 150, "many", -1, true);
	CHECK(started_and_exited(shim, 150) && strcmp(log_text("many.log"), "stdout F 0 1 2 \n") == 0,
	      "500 descriptors arrive in three packets and none stays open");
	ask(shim, PACKET_FORGET, 151, "many", 0);
	int many[PACKET_FDS] = {0};
	for (int i = 0; i < 3; i++)
		packet_send(shim, PACKET_FDS_AHEAD, 0, NULL, 0, many, PACKET_FDS);
	CHECK(!packet_receive(shim, 2000), "more than a plan can have end the connection");
	close(shim);
	shim = connect_at(shim_socket);
	packet_send(shim, PACKET_FDS_AHEAD, 0, NULL, 0, many, PACKET_FDS);
	request_send(shim, PACKET_STATE, 152, "", 0);
	CHECK(!packet_receive(shim, 2000), "so do descriptors for a request that has none");
	close(shim);
	shim = connect_at(shim_socket);
	ask(shim, PACKET_FORGET, 153, "nobody", 0); /* it has seen the end of the other connection by then */
	CHECK(count_fds(shim_pid) < 12, "none of them stays open");
}

/* Before Linux 6.15 a mount that is not attached can not be cloned; one that is unbindable never can. */
static void masks_with_what_cannot_be_cloned(void)
{
	unbindable = true;
	build_container("unbindable.log", 0, LIST("payload", "cat", "/proc/self/mountinfo"), NULL);
	unbindable = false;
	launch_built(160, "unbindable");
	CHECK(started_and_exited(shim, 160) && strstr(log_text("unbindable.log"), " /sys/firmware ro"),
	      "a mount that cannot be cloned is attached itself");
	ask(shim, PACKET_FORGET, 161, "unbindable", 0);
}

static void loses_nothing_to_a_slow_daemon(void)
{
	unsigned sent = 0, answered = 0, exits = 0;
	struct request request = {.id = "nobody", .number = 0};
	for (int i = 0; i < 20; i++) {
		char id[16];
		snprintf(id, sizeof id, "slow-%d", i);
		build_container(NULL, STDIO_DISCARD, LIST("payload", "exit", "3"), NULL);
		launch_built(1000 + (uint32_t)i, id);
	}
	fcntl(shim, F_SETFL, O_NONBLOCK);
	struct packet_header header = {PACKET_MAGIC, PACKET_SIGNAL, 1, 5, sizeof request};
	struct iovec iov[2] = {{&header, sizeof header}, {&request, sizeof request}};
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2};
	for (int quiet = 0; quiet < 50;) {
		if (sendmsg(shim, &message, MSG_NOSIGNAL) < 0) {
			usleep(10000);
			quiet++;
		} else
			sent++;
	}
	fcntl(shim, F_SETFL, 0);
	unsigned launched = 0;
	while ((answered < sent || exits < 20) && packet_receive(shim, 5000)) {
		answered += got.header.type == PACKET_DONE && got.body.error == ENOENT;
		exits += got.header.type == PACKET_EXITED && WEXITSTATUS(got.body.exited.status) == 3;
		launched += got.header.type == PACKET_LAUNCHED;
	}
	CHECK(sent > 300 && answered == sent && exits == 20 && launched == 20,
	      "every answer and exit arrives although nobody read for a while");
	for (int i = 0; i < 20; i++) {
		char id[16];
		snprintf(id, sizeof id, "slow-%d", i);
		ask(shim, PACKET_FORGET, 160, id, 0);
	}
}

static void goes_on_when_the_log_is_full(void)
{
	build_container("x", 0, LIST("payload", "flood", "300000"), NULL);
	close(plan.fds[plan.header.log_dir]);
	plan.fds[plan.header.log_dir] = open("/dev", O_PATH | O_CLOEXEC);
	plan.header.log_name = put_string("full");
	launch_built(170, "full");
	CHECK(started_and_exited(shim, 170) && got.body.exited.status == 0 && got.body.exited.lost_bytes == 300000 + 3000 * 40 &&
		      got.body.exited.stdout_bytes == 300000,
	      "a log that takes nothing loses bytes, counts them and stops no container");
	ask(shim, PACKET_FORGET, 171, "full", 0);
}

static void refuses_strangers(void)
{
	pid_t child = fork();
	int status;
	if (child == 0) {
		char byte;
		if (setuid(12345) < 0)
			_exit(9);
		int fd = connect_at(shim_socket);
		_exit(fd >= 0 && read(fd, &byte, 1) == 0 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	CHECK(status == 0, "a peer that is not root is hung up on");
	CHECK(ask(shim, PACKET_SIGNAL, 180, "nobody", 0) == ENOENT, "and does not replace the daemon");
	int bad = connect_at(shim_socket);
	if (send(bad, "rubbish", 7, 0) != 7)
		abort();
	CHECK(!packet_receive(bad, 2000), "rubbish ends the connection");
	close(bad);
	close(shim);
	shim = connect_at(shim_socket);
}

static void share_root(void)
{
	for (uint32_t i = 0; i < plan.header.ops; i++)
		if (plan.ops[i].op == OP_ATTACH)
			plan.ops[i].n = MS_SHARED;
}

static void propagates_mounts(void)
{
	char path[128];
	snprintf(path, sizeof path, "%s/volume", home);
	mkdir(path, 0755);
	syscall(SYS_mount, "none", path, "tmpfs", 0, NULL);
	syscall(SYS_mount, NULL, path, NULL, MS_SHARED, NULL);
	build_container("shared-root.log", 0, LIST("payload", "wait"), share_root);
	int volume = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int reg = put_fd(volume);
	struct op tail[32];
	uint32_t at = 0;
	while (plan.ops[at].op != OP_PIVOT)
		at++;
	uint32_t count = plan.header.ops - at;
	memcpy(tail, &plan.ops[at], count * sizeof *tail);
	plan.header.ops = at;
	add_move(reg, "/volume");
	memcpy(&plan.ops[plan.header.ops], tail, count * sizeof *tail);
	plan.header.ops += count;
	launch_built(190, "volume");
	CHECK(expect(shim, PACKET_LAUNCHED, 190) && got.body.launched.error == 0, "a shared root survives the pivot");
	int pid = got.body.launched.pid;
	snprintf(path, sizeof path, "%s/volume/below", home);
	mkdir(path, 0755);
	syscall(SYS_mount, "none", path, "tmpfs", 0, NULL);
	char info[64];
	snprintf(info, sizeof info, "/proc/%d/mountinfo", pid);
	slurp_file(info, text, sizeof text);
	CHECK(strstr(text, "/volume/below") && strstr(text, "shared:"), "what the node mounts appears in a shared volume");
	syscall(SYS_umount2, path, MNT_DETACH);
	CHECK(ask(shim, PACKET_SIGNAL, 191, "volume", SIGKILL) == 0 && expect(shim, PACKET_EXITED, 190), "it ends");
	ask(shim, PACKET_FORGET, 192, "volume", 0);
	snprintf(path, sizeof path, "%s/volume", home);
	struct stat st;
	CHECK(stat(path, &st) == 0, "and the node keeps its mount");
	syscall(SYS_umount2, path, MNT_DETACH);
}

static int cgroup_directory(char *path, size_t size)
{
	const char *const roots[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	for (int i = 0; i < 2; i++) {
		snprintf(path, size, "%s/cgroup.controllers", roots[i]);
		if (access(path, F_OK) == 0) {
			snprintf(path, size, "%s/berth-live-%d", roots[i], getpid());
			return mkdir(path, 0755) == 0 ? open(path, O_PATH | O_CLOEXEC) : -1;
		}
	}
	return -1;
}

static void write_file(const char *directory, const char *name, const char *value)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (write(fd, value, strlen(value)) < 0)
		printf("write %s: %s\n", path, strerror(errno));
	close(fd);
}

static void is_not_held_up_by_a_frozen_cgroup(void)
{
	char path[128];
	int cgroup = cgroup_directory(path, sizeof path);
	if (cgroup < 0) {
		printf("no cgroup v2 that can be written to: not tested\n");
		return;
	}
	char procs[160];
	snprintf(procs, sizeof procs, "%s/cgroup.procs", path);
	build_container("inside.log", 0, LIST("payload", "cat", "/proc/self/cgroup"), NULL);
	plan.header.cgroup = put_fd(fcntl(cgroup, F_DUPFD_CLOEXEC, 3));
	launch_built(195, "inside");
	CHECK(started_and_exited(shim, 195) && strstr(log_text("inside.log"), "/berth-live-"), "a clone starts in its cgroup");
	ask(shim, PACKET_FORGET, 196, "inside", 0);
	build_container("inside.log", 0, LIST("payload", "cat", "/proc/self/cgroup"), NULL);
	memmove(plan.ops + 1, plan.ops, plan.header.ops++ * sizeof *plan.ops);
	plan.ops[0] = (struct op){.op = OP_CGROUP, .a = put_fd(open(procs, O_WRONLY | O_CLOEXEC)), .b = -1};
	launch_built(197, "inside");
	CHECK(started_and_exited(shim, 197) && strstr(log_text("inside.log"), "/berth-live-"), "the op CGROUP goes there as well");
	ask(shim, PACKET_FORGET, 198, "inside", 0);
	write_file(path, "cgroup.freeze", "1");
	build_container(NULL, STDIO_DISCARD, LIST("payload", "exit", "3"), NULL);
	plan.header.cgroup = put_fd(cgroup);
	launch_built(200, "frozen");
	CHECK(ask(shim, PACKET_FORGET, 201, "frozen", 0) == EBUSY, "a frozen launch does not hold up the shim");
	close(shim);
	shim = connect_at(shim_socket);
	request_send(shim, PACKET_STATE, 202, "", 0);
	CHECK(expect(shim, PACKET_STATE_REPLY, 202) && got.body.entries[got.header.length / sizeof(struct state_entry) - 1].state ==
							       WIRE_LAUNCHING,
	      "STATE shows it launching");
	write_file(path, "cgroup.kill", "1");
	CHECK(expect(shim, PACKET_LAUNCHED, 0) && expect(shim, PACKET_EXITED, 0) && WIFSIGNALED(got.body.exited.status),
	      "killing its cgroup ends it");
	ask(shim, PACKET_FORGET, 203, "frozen", 0);
	for (int i = 0; i < 100 && rmdir(path) < 0; i++)
		usleep(10000);
}

static long rollup(int pid, const char *key)
{
	char path[64], *at;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	slurp_file(path, text, sizeof text);
	at = strstr(text, key);
	return at ? atol(at + strlen(key)) : -1;
}

static void stays_small(void)
{
	usleep(1200000);
	printf("shim after the tests above: Pss %ld KiB, Rss %ld KiB\n", rollup(shim_pid, "\nPss:"), rollup(shim_pid, "\nRss:"));
	snprintf(shim_socket, sizeof shim_socket, "%s/second", home);
	int listener = listen_at(shim_socket), first = shim, first_pid = shim_pid;
	build_pod();
	plan_send(helper, PACKET_SPAWN, 300, "pod-two", listener, true);
	CHECK(expect(helper, PACKET_SPAWNED, 300) && got.body.launched.error == 0, "a second pod spawns");
	close(listener);
	shim_pid = got.body.launched.pid;
	shim = connect_at(shim_socket);
	ask(shim, PACKET_FORGET, 301, "nothing", 0);
	printf("fresh shim: Pss %ld KiB, Rss %ld KiB\n", rollup(shim_pid, "\nPss:"), rollup(shim_pid, "\nRss:"));
	unsigned before = count_fds(shim_pid);
	launch_sleeper("main", "pss.log", "wait");
	usleep(200000);
	long pss = rollup(shim_pid, "\nPss:");
	printf("with one container: Pss %ld KiB, Rss %ld KiB, %u descriptors (%u without)\n", pss, rollup(shim_pid, "\nRss:"),
	       count_fds(shim_pid), before);
	if (getenv("SMAPS")) {
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/smaps", shim_pid);
		slurp_file(path, text, sizeof text);
		printf("%s", text);
	}
	CHECK(strstr(program, "sanitized") || pss <= 60, "a shim with one container takes at most 60 KiB");
	CHECK(ask(shim, PACKET_SHUTDOWN, 301, "", 0) == EBUSY, "a shim with a container does not shut down");
	ask(shim, PACKET_SIGNAL, 302, "main", SIGKILL);
	CHECK(expect(shim, PACKET_EXITED, 80), "the container ends");
	ask(shim, PACKET_FORGET, 303, "main", 0);
	if (count_fds(shim_pid) != before)
		printf("%u descriptors\n", count_fds(shim_pid));
	CHECK(count_fds(shim_pid) == before, "no descriptor is left behind");
	CHECK(ask(shim, PACKET_SHUTDOWN, 304, "", 0) == 0 && !packet_receive(shim, 2000), "an empty shim shuts down");
	close(shim);
	shim = first;
	shim_pid = first_pid;
}

static void ends(void)
{
	close(helper);
	int status = -1;
	waitpid(helper_pid, &status, 0);
	CHECK(status == 0, "the helper ends with its connection");
	CHECK(ask(shim, PACKET_SIGNAL, 310, "pause", 0) == 0, "a shim outlives the helper");
	CHECK(ask(shim, PACKET_SHUTDOWN, 311, "", 0) == 0 && !packet_receive(shim, 2000),
	      "SHUTDOWN ends a shim that has but a pause process");
	close(shim);
}

/* Whatever a failed check has left running is an orphan, and so a child of this process. */
static void end_orphans(void)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
	for (int round = 0; round < 20 && slurp_file(path, text, sizeof text) > 0; round++) {
		for (char *at = text; *at;) {
			int pid = (int)strtol(at, &at, 10);
			if (pid > 0 && kill(pid, SIGKILL) == 0)
				waitpid(pid, NULL, 0);
			at += *at == ' ';
		}
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{"start helper", start_helper},
	{"runs programs of the node", runs_programs_of_the_node},
	{"refuses what cannot run", refuses_what_cannot_run},
	{"signals programs", signals_programs},
	{"spawns pods", spawns_pods},
	{"launches containers", launches_containers},
	{"gives containers what the plan says", gives_containers_what_the_plan_says},
	{"fails at the op that fails", fails_at_the_op_that_fails},
	{"executes in containers", executes_in_containers},
	{"rotates logs", rotates_logs},
	{"survives the daemon", survives_the_daemon},
	{"reads oom kills", reads_oom_kills},
	{"runs terminals", runs_terminals},
	{"shares a pid namespace", shares_a_pid_namespace},
	{"goes on in a clone", goes_on_in_a_clone},
	{"makes user namespaces", makes_user_namespaces},
	{"takes many descriptors", takes_many_descriptors},
	{"masks with what cannot be cloned", masks_with_what_cannot_be_cloned},
	{"loses nothing to a slow daemon", loses_nothing_to_a_slow_daemon},
	{"goes on when the log is full", goes_on_when_the_log_is_full},
	{"refuses strangers", refuses_strangers},
	{"propagates mounts", propagates_mounts},
	{"is not held up by a frozen cgroup", is_not_held_up_by_a_frozen_cgroup},
	{"stays small", stays_small},
	{"ends", ends},
};

int main(int argc, char **argv)
{
	const struct rlimit limit = {777, 4096};
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 3 || unshare(CLONE_NEWNS | CLONE_NEWNET) < 0) {
		printf("usage, as root: shim_live BERTH_SHIM PAYLOAD\n");
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	program = argv[1];
	payload = realpath(argv[2], NULL);
	syscall(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	strcpy(home, "/tmp/berth-live-XXXXXX");
	if (!payload || !mkdtemp(home) || chmod(home, 0755) < 0 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 2;
	syscall(SYS_mount, "none", home, "tmpfs", 0, NULL);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		printf("- %s\n", tests[i].name);
		tests[i].run();
	}
	end_orphans();
	syscall(SYS_umount2, home, MNT_DETACH);
	rmdir(home);
	printf("%d checks, %d failed\n", checks, failures);
	return failures != 0;
}

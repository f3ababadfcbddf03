/*
 * Builds a filter with libseccomp from the lines on standard input and writes its BPF to standard output, so that
 * Berth's own compiler can be compared with it.
 *
 *   arch TOKEN ACTION                       architecture and default action, hexadecimal; first line
 *   rule ACTION NAME NUMBER {INDEX OP A B}  OP is the number of enum scmp_compare; A and B are hexadecimal;
 *                                           NUMBER counts for names that libseccomp is too old for, on this machine's
 *                                           architecture alone
 */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *what, int rc)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-rc));
	exit(1);
}

static scmp_filter_ctx begin(void)
{
	uint32_t arch, action;
	if (scanf(" arch %" SCNx32 " %" SCNx32, &arch, &action) != 2)
		fail("arch line", -EINVAL);
	scmp_filter_ctx ctx = seccomp_init(action);
	if (ctx == NULL)
		fail("seccomp_init", -EINVAL);
	if (arch != seccomp_arch_native()) {
		int rc = seccomp_arch_add(ctx, arch);
		if (rc == 0)
			rc = seccomp_arch_remove(ctx, seccomp_arch_native());
		if (rc < 0)
			fail("seccomp_arch_add", rc);
	}
	seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	return ctx;
}

static void rule(scmp_filter_ctx ctx, int native)
{
	char name[64], rest[1024];
	uint32_t action;
	int number;
	if (scanf(" %" SCNx32 " %63s %d%1023[^\n]", &action, name, &number, rest) != 4)
		fail("rule line", -EINVAL);
	struct scmp_arg_cmp args[6];
	unsigned count = 0, index, op;
	uint64_t a, b;
	int used;
	for (char *at = rest; sscanf(at, "%u %u %" SCNx64 " %" SCNx64 "%n", &index, &op, &a, &b, &used) == 4; at += used)
		args[count++] = SCMP_CMP(index, op, a, b);
	int known = seccomp_syscall_resolve_name(name);
	if (known == __NR_SCMP_ERROR && !native)
		return;
	int rc = seccomp_rule_add_array(ctx, action, known == __NR_SCMP_ERROR ? number : known, count, args);
	if (rc < 0 && rc != -EEXIST)
		fail(name, rc);
}

int main(void)
{
	scmp_filter_ctx ctx = begin();
	int native = seccomp_arch_exist(ctx, SCMP_ARCH_NATIVE) == 0;
	char word[8];
	while (scanf(" %7s", word) == 1)
		rule(ctx, native);
	int rc = seccomp_export_bpf(ctx, STDOUT_FILENO);
	if (rc < 0)
		fail("seccomp_export_bpf", rc);
	return 0;
}

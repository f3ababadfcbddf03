/* Loads the device program on standard input into the kernel without attaching it; says on standard error why not. */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	static struct bpf_insn program[65536];
	static char log[16 << 20];
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t) program;
	attr.license = (uintptr_t) "Apache-2.0";
	attr.log_buf = (uintptr_t) log;
	attr.log_size = sizeof log;
	attr.log_level = 1;
	FILE *in = fdopen(0, "r");
	attr.insn_cnt = fread(program, sizeof program[0], 65536, in);
	if (syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr) < 0) {
		perror(log);
		return 1;
	}
	return 0;
}

/* Loads the filter in the file argv[1] and becomes the program argv[2]: what a launch does last. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static struct sock_filter filter[4096];
	FILE *in = fopen(argv[1], "r");
	if (argc < 3 || in == NULL)
		return 101;
	struct sock_fprog program = { .filter = filter };
	program.len = fread(filter, sizeof filter[0], 4096, in);
	fclose(in);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 102;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		return 103;
	execv(argv[2], argv + 2);
	return 104;
}

/* What the live tests run inside of containers: a static program with a few tricks. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int cat(const char *path)
{
	char buffer[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		return 1;
	while ((n = read(fd, buffer, sizeof buffer)) > 0)
		fwrite(buffer, 1, (size_t)n, stdout);
	return n < 0;
}

static int list(const char *path)
{
	DIR *directory = opendir(path);
	if (!directory)
		return 1;
	for (struct dirent *entry; (entry = readdir(directory));)
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(directory))
			printf("%s ", entry->d_name);
	printf("\n");
	return 0;
}

static int background(int seconds)
{
	printf("parent\n");
	fflush(stdout);
	if (fork() == 0) {
		sleep((unsigned)seconds);
		_exit(0);
	}
	return 0;
}

static void on_term(int)
{
	_exit(42);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *value = argc > 2 ? argv[2] : "";
	struct stat st;
	char text[256];
	if (strcmp(what, "echo") == 0)
		return printf("%s\n", value) < 0;
	if (strcmp(what, "both") == 0)
		return fprintf(stdout, "out %s\n", value) < 0 || fprintf(stderr, "err %s", value) < 0;
	if (strcmp(what, "exit") == 0)
		return atoi(value);
	if (strcmp(what, "cat") == 0)
		return cat(value);
	if (strcmp(what, "list") == 0)
		return list(value);
	if (strcmp(what, "env") == 0)
		return printf("%s\n", getenv(value) ? getenv(value) : "(unset)") < 0;
	if (strcmp(what, "read") == 0)
		return fgets(text, sizeof text, stdin) ? printf("read %s", text) < 0 : 1;
	if (strcmp(what, "background") == 0)
		return background(atoi(value));
	if (strcmp(what, "pid") == 0)
		return printf("pid %d ppid %d sid %d\n", getpid(), getppid(), getsid(0)) < 0;
	if (strcmp(what, "cwd") == 0)
		return printf("%s\n", getcwd(text, sizeof text)) < 0;
	if (strcmp(what, "tty") == 0)
		return printf("tty %d %d %d\n", isatty(0), isatty(1), tcgetpgrp(0) == getpid()) < 0;
	if (strcmp(what, "label") == 0) {
		ssize_t size = getxattr(value, "security.selinux", text, sizeof text);
		return size < 0 || printf("%.*s\n", (int)size, text) < 0;
	}
	if (strcmp(what, "null") == 0)
		return fstat(0, &st) || printf("ino %lu\n", (unsigned long)st.st_dev) < 0 || stat("/dev/null", &st) ||
		       printf("ino %lu\n", (unsigned long)st.st_dev) < 0;
	if (strcmp(what, "flood") == 0) {
		memset(text, 'x', 99);
		text[99] = '\n';
		for (long left = atol(value); left > 0; left -= 100)
			if (write(1, text, 100) != 100)
				return 1;
		return 0;
	}
	if (strcmp(what, "term") == 0)
		signal(SIGTERM, on_term);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}

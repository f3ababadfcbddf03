/* The session keyring of this process as the kernel describes it, and whether the key "mark" is found in it. */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long keyctl(int operation, long a, void *b, size_t c, long d)
{
	return syscall(SYS_keyctl, operation, a, b, c, d);
}

/* keyrings, or keyrings MARK, which puts a key of that name into the session keyring first. */
int main(int argc, char **argv)
{
	char text[512] = "";
	long session = keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, NULL, 0, 0);
	if (session < 0 || keyctl(KEYCTL_DESCRIBE, session, text, sizeof text, 0) < 0) {
		printf("no session: %s\n", strerror(errno));
		return 1;
	}
	printf("session %s\n", text);
	if (argc > 1 && syscall(SYS_add_key, "user", argv[1], "x", 1, KEY_SPEC_SESSION_KEYRING) < 0)
		printf("no key can be added: %s\n", strerror(errno));
	long found = keyctl(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", (size_t)"mark", 0);
	printf("mark %s\n", found < 0 ? strerror(errno) : "found");
	return 0;
}

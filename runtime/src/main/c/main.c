/* berth-shim: the one C program of Berth. See docs/shim.md. */
#include <string.h>
#include <unistd.h>

#include "start.h"

static void say(const char *text)
{
	ssize_t n = write(2, text, strlen(text));
	(void)n;
}

int main(int argc, char **argv)
{
	const char *wrong = "asked for something else than: berth-shim helper SOCKET";
	if (argc == 3 && strcmp(argv[1], "helper") == 0)
		wrong = helper_start(argc, argv);
	say("berth-shim: ");
	say(wrong);
	say("\n");
	return 1;
}

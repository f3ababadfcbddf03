/* Attached clients, against pipes and an event loop that is as simple as can be. */
#include <poll.h>
#include <signal.h>

#include "builder.h"
#include "shim.h"

static struct watched {
	int fd;
	uint32_t events;
	enum source source;
	unsigned index, which;
} watched[128];
static unsigned watches;
static struct process container;
static char bytes[300000], back[300000];

int serve_await(int fd, uint32_t events, enum source source, unsigned index, unsigned which)
{
	watched[watches++] = (struct watched){fd, events, source, index, which};
	return 0;
}

void serve_unwatch(int fd)
{
	for (unsigned i = 0; i < watches; i++)
		if (watched[i].fd == fd)
			watched[i--] = watched[--watches];
}

void serve_close(int *fd)
{
	serve_unwatch(*fd);
	close_fd(fd);
}

unsigned process_index(const struct process *)
{
	return 0;
}

/* Handles events until there are none; false if they do not end. */
static bool settle(void)
{
	for (int rounds = 0; rounds < 1000; rounds++) {
		bool any = false;
		for (unsigned i = 0; i < watches; i++) {
			struct watched w = watched[i];
			struct pollfd poller = {.fd = w.fd, .events = (short)w.events};
			if (poll(&poller, 1, 0) != 1)
				continue;
			any = true;
			if (w.source == FROM_INPUT)
				attach_room(&container);
			else
				attach_event(w.index, w.which);
		}
		if (!any)
			return true;
	}
	return false;
}

static void nonblocking(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* A container whose stdin is read at the descriptor that is returned. */
static int begin(void)
{
	int input[2], output[2];
	if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0)
		abort();
	memset(&container, 0, sizeof container);
	container.stdio = STDIO_LOG | STDIO_STDIN;
	container.input = input[1];
	container.out[0].fd = output[0];
	container.out[1].fd = output[1]; /* nothing is read here: they only have to be open */
	nonblocking(input[1]);
	nonblocking(input[0]);
	return input[0];
}

static void finish(int input)
{
	attach_input_ended(&container);
	attach_output_ended(&container, 0);
	attach_output_ended(&container, 1);
	close(container.out[0].fd);
	close(container.out[1].fd);
	close(input);
	CHECK(watches == 0, "nothing is watched after a container has ended");
}

/* Attaches a client; its own ends are left in `ends`, -1 where nothing is attached. */
static int join(uint32_t what, int ends[3])
{
	int theirs[3];
	unsigned count = 0;
	for (unsigned k = 0; k < 3; k++) {
		int both[2];
		ends[k] = -1;
		if (!(what >> k & 1))
			continue;
		if (pipe2(both, O_CLOEXEC) < 0)
			abort();
		ends[k] = both[k == 0];
		theirs[count++] = both[k != 0];
		nonblocking(ends[k]);
	}
	int error = attach(&container, what, theirs, count);
	for (unsigned k = 0; k < count && error; k++)
		CHECK(close(theirs[k]) == 0, "what was refused stays the caller's");
	return error;
}

static void leave(int ends[3])
{
	for (unsigned k = 0; k < 3; k++)
		close_fd(&ends[k]);
}

static bool reads(int fd, const char *what)
{
	ssize_t n = read(fd, back, sizeof back);
	return n == (ssize_t)strlen(what) && memcmp(back, what, strlen(what)) == 0;
}

static bool over(int fd)
{
	return read(fd, back, 1) == 0;
}

static void every_client_gets_every_byte(void)
{
	int input = begin(), one[3], two[3];
	CHECK(join(ATTACH_STDOUT | ATTACH_STDERR, one) == 0 && join(ATTACH_STDOUT, two) == 0, "two clients attach");
	attach_tee(&container, 0, "out", 3);
	attach_tee(&container, 1, "err", 3);
	CHECK(reads(one[1], "out") && reads(one[2], "err") && reads(two[1], "out"), "each gets what it asked for");
	attach_tee(&container, 0, "last", 4);
	attach_output_ended(&container, 0);
	CHECK(reads(one[1], "last") && over(one[1]) && reads(two[1], "last") && over(two[1]), "the last bytes, then the end");
	CHECK(read(one[2], back, 1) < 0, "the other stream goes on");
	finish(input);
	CHECK(over(one[2]), "until it ends too");
	leave(one);
	leave(two);
}

static void a_slow_client_loses_its_attachment_alone(void)
{
	int input = begin(), slow[3], fast[3];
	join(ATTACH_STDIN | ATTACH_STDOUT | ATTACH_STDERR, slow);
	join(ATTACH_STDOUT, fast);
	for (int i = 0; i < 40; i++) {
		attach_tee(&container, 0, bytes, 4096);
		CHECK(read(fast[1], back, sizeof back) == 4096, "the fast one has every byte");
	}
	ssize_t taken = 0;
	for (ssize_t n; (n = read(slow[1], back, sizeof back)) > 0;)
		taken += n;
	CHECK(taken > 0 && taken < 40 * 4096 && over(slow[1]) && over(slow[2]), "the slow one has a beginning and an end");
	CHECK(write(slow[0], "x", 1) < 0 && errno == EPIPE, "and speaks to nobody");
	leave(slow);
	leave(fast);
	CHECK(settle() && watches == 0, "who went is forgotten");
	finish(input);
}

static void input_reaches_the_container(void)
{
	int input = begin(), one[3], two[3];
	join(ATTACH_STDIN | ATTACH_STDOUT, one);
	join(ATTACH_STDIN, two);
	CHECK(write(one[0], "typed", 5) == 5 && settle() && reads(input, "typed"), "input goes through");
	close_fd(&one[0]);
	CHECK(settle() && over(one[1]), "a client that ends its input is detached");
	CHECK(read(input, back, 1) < 0 && container.input >= 0, "and the container's stays open");
	CHECK(write(two[0], "more", 4) == 4 && settle() && reads(input, "more"), "for the others");
	leave(one);
	leave(two);
	settle();
	finish(input);
}

static void once_means_once(void)
{
	int input = begin(), one[3], two[3];
	join(ATTACH_STDIN | ATTACH_STDOUT | ATTACH_ONCE, one);
	CHECK(write(one[0], "all", 3) == 3, "a client writes");
	close_fd(&one[0]);
	CHECK(settle() && reads(input, "all") && over(input), "its end is the end of the container's stdin");
	attach_tee(&container, 0, "answer", 6);
	CHECK(reads(one[1], "answer"), "the client still hears the answer");
	CHECK(join(ATTACH_STDIN | ATTACH_STDOUT, two) == 0 && write(two[0], "x", 1) < 0, "a later one has no stdin");
	attach_tee(&container, 0, "both", 4);
	CHECK(reads(two[1], "both"), "but output");
	leave(one);
	leave(two);
	settle();
	finish(input);
}

static void input_waits_for_a_container_that_does_not_read(void)
{
	int input = begin(), one[3];
	size_t sent = 0, heard = 0;
	join(ATTACH_STDIN | ATTACH_ONCE, one);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	static char all[sizeof bytes];
	while (heard < sizeof bytes) {
		ssize_t n = sent < sizeof bytes ? write(one[0], bytes + sent, sizeof bytes - sent) : 0;
		sent += n > 0 ? (size_t)n : 0;
		if (sent == sizeof bytes)
			close_fd(&one[0]);
		if (!settle()) {
			CHECK(false, "waiting is quiet");
			break;
		}
		n = read(input, all + heard, sizeof all - heard);
		heard += n > 0 ? (size_t)n : 0;
	}
	settle();
	CHECK(memcmp(all, bytes, sizeof bytes) == 0 && over(input), "every byte arrives in order, then the end");
	leave(one);
	finish(input);
}

static void a_container_may_close_its_stdin(void)
{
	int input = begin(), one[3];
	join(ATTACH_STDIN | ATTACH_STDOUT, one);
	close(input);
	CHECK(write(one[0], "x", 1) == 1 && settle() && write(one[0], "y", 1) < 0, "its clients' input ends");
	attach_tee(&container, 0, "out", 3);
	CHECK(reads(one[1], "out"), "their output goes on");
	leave(one);
	settle();
	finish(dup(0));
}

static void refuses_what_makes_no_sense(void)
{
	int input = begin(), ends[3], many[33][3];
	CHECK(join(0, ends) == EINVAL, "nothing");
	CHECK(join(ATTACH_STDOUT | 16, ends) == EINVAL, "unknown bits");
	leave(ends);
	CHECK(attach(&container, ATTACH_STDOUT | ATTACH_STDERR, &(int){0}, 1) == EINVAL, "other descriptors than it says");
	container.stdio = STDIO_CAPTURE;
	CHECK(join(ATTACH_STDOUT, ends) == EINVAL, "output that is captured");
	leave(ends);
	container.stdio = STDIO_LOG | STDIO_STDIN;
	for (int i = 0; i < 32; i++)
		CHECK(join(ATTACH_STDOUT, many[i]) == 0, "32 clients");
	CHECK(join(ATTACH_STDOUT, many[32]) == EAGAIN, "not one more");
	leave(many[32]);
	leave(many[7]);
	CHECK(settle() && join(ATTACH_STDOUT, many[7]) == 0, "until one goes");
	finish(input);
	for (int i = 0; i < 32; i++)
		leave(many[i]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	every_client_gets_every_byte();
	a_slow_client_loses_its_attachment_alone();
	input_reaches_the_container();
	once_means_once();
	input_waits_for_a_container_that_does_not_read();
	a_container_may_close_its_stdin();
	refuses_what_makes_no_sense();
	printf("attach: %d checks, %d failed\n", checks, failures);
	return failures != 0;
}

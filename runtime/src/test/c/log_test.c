/* The bytes of a log, with a clock that stands where the test puts it. */
#include "builder.h"
#include "shim.h"

static uint64_t clock_ns;
static struct process process;
static char log_bytes[1 << 20];

uint64_t now_ns(void)
{
	return clock_ns;
}

void attach_tee(const struct process *, unsigned, const char *, size_t) {}

void attach_output_ended(const struct process *, unsigned) {}

void serve_close(int *fd)
{
	close_fd(fd);
}

static void begin(void)
{
	memset(&process, 0, sizeof process);
	process.log = memfd_create("log", 0);
	process.out[0].fd = process.out[1].fd = process.out[0].memory = process.out[1].memory = -1;
	log_claim(&process.out[0]);
	log_claim(&process.out[1]);
}

static void write_out(unsigned which, const char *text)
{
	/* memory of just this size, so that the sanitizer sees one byte too many */
	size_t size = strlen(text);
	char *exact = malloc(size);
	memcpy(exact, text, size);
	log_write(&process, which, exact, size);
	free(exact);
}

/* Ends both streams and gives the log. */
static const char *end(void)
{
	stream_close(&process, 0);
	stream_close(&process, 1);
	ssize_t n = pread(process.log, log_bytes, sizeof log_bytes - 1, 0);
	log_bytes[n > 0 ? n : 0] = 0;
	close(process.log);
	return log_bytes;
}

static void check_stamp(uint64_t seconds, uint64_t ns, const char *wanted)
{
	char line[128];
	clock_ns = seconds * 1000000000u + ns;
	begin();
	write_out(0, "x\n");
	snprintf(line, sizeof line, "%s stdout F x\n", wanted);
	CHECK(strcmp(end(), line) == 0, wanted);
}

static void stamps(void)
{
	check_stamp(0, 0, "1970-01-01T00:00:00.000000000Z");
	check_stamp(951782399, 999999999, "2000-02-28T23:59:59.999999999Z");
	check_stamp(951782400, 1, "2000-02-29T00:00:00.000000001Z");
	check_stamp(1772323199, 5, "2026-02-28T23:59:59.000000005Z");
	check_stamp(1772323200, 0, "2026-03-01T00:00:00.000000000Z");
	check_stamp(1798761599, 0, "2026-12-31T23:59:59.000000000Z");
	check_stamp(4102444800, 0, "2100-01-01T00:00:00.000000000Z");
	check_stamp(4107542399, 0, "2100-02-28T23:59:59.000000000Z");
	check_stamp(4107542400, 0, "2100-03-01T00:00:00.000000000Z");
}

#define T "2100-03-01T00:00:00.000000000Z "

static void lines_and_pieces(void)
{
	clock_ns = 4107542400ull * 1000000000u;
	begin();
	write_out(0, "one\ntwo\n\nthr");
	write_out(1, "error\n");
	write_out(0, "ee\nfour");
	CHECK(strcmp(end(), T "stdout F one\n" T "stdout F two\n" T "stdout F \n" T "stderr F error\n" T "stdout F three\n" T
			      "stdout P four\n") == 0,
	      "whole lines as they end, the unfinished one at the end");
	begin();
	CHECK(*end() == 0, "no output is no line");
}

/* A line of `size` bytes written in parts of `part`; the lengths and tags of the log's lines as text. */
static const char *pieces(size_t size, size_t part, bool newline)
{
	static char shape[256];
	char *line = malloc(size + 2), *at = log_bytes;
	shape[0] = 0;
	memset(line, 'x', size);
	strcpy(line + size, newline ? "\n" : "");
	size += newline;
	begin();
	for (size_t done = 0; done < size; done += part)
		log_write(&process, 0, line + done, size - done < part ? size - done : part);
	free(line);
	end();
	while (*at) {
		char *stop = strchr(at, '\n');
		sprintf(shape + strlen(shape), "%c%d ", at[38], (int)(stop - at) - 40);
		at = stop + 1;
	}
	return shape;
}

static void long_lines(void)
{
	const size_t parts[] = {1 << 20, 16384, 16385, 4096, 1000, 1};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		CHECK(strcmp(pieces(16383, parts[i], true), "F16383 ") == 0, "a line just under the limit");
		CHECK(strcmp(pieces(16384, parts[i], true), "F16384 ") == 0, "a line of the limit is whole");
		CHECK(strcmp(pieces(16385, parts[i], true), "P16384 F1 ") == 0, "one byte more is split");
		CHECK(strcmp(pieces(32768, parts[i], true), "P16384 F16384 ") == 0, "twice the limit");
		CHECK(strcmp(pieces(40000, parts[i], false), "P16384 P16384 P7232 ") == 0, "no end");
		CHECK(strcmp(pieces(16384, parts[i], false), "P16384 ") == 0, "the limit without an end");
	}
}

static void many_lines(void)
{
	char text[5001];
	memset(text, '\n', 5000);
	text[5000] = 0;
	begin();
	write_out(0, text);
	end();
	size_t count = 0;
	for (const char *at = log_bytes; *at; at += 41)
		count += strncmp(at, T "stdout F \n", 41) == 0;
	CHECK(count == 5000, "more lines than one batch holds");
}

static void any_bytes(void)
{
	begin();
	log_write(&process, 0, "a\0b\r\n\xff\xfe\n", 8);
	end();
	CHECK(memcmp(log_bytes + 40, "a\0b\r\n", 5) == 0 && memcmp(log_bytes + 45 + 40, "\xff\xfe\n", 3) == 0,
	      "bytes are not looked at");
}

static void losses(void)
{
	begin();
	close(process.log);
	process.log = open("/dev/full", O_WRONLY);
	write_out(0, "lost\n");
	CHECK(process.lost_bytes == 45 && !process.torn, "what cannot be written is counted");
	close(process.log);
	process.log = memfd_create("log", 0);
	process.torn = true;
	write_out(0, "next\n");
	CHECK(strcmp(end(), "\n" T "stdout F next\n") == 0, "after half a line comes a new one");
}

static void buffers(void)
{
	static struct stream streams[LOG_BUFFERS + 1];
	struct process holder = {.log = -1};
	int rc = 0;
	for (int i = 0; i < LOG_BUFFERS; i++)
		rc |= log_claim(&streams[i]);
	CHECK(rc == 0 && log_claim(&streams[LOG_BUFFERS]) == -ENOBUFS, "buffers are counted");
	for (int i = 0; i < LOG_BUFFERS; i++) {
		holder.out[0] = streams[i];
		holder.out[0].fd = -1;
		stream_close(&holder, 0);
	}
	CHECK(log_claim(&streams[0]) == 0, "and come back");
}

static void captures(void)
{
	int ends[2];
	char back[32];
	if (pipe2(ends, O_NONBLOCK) < 0)
		abort();
	memset(&process, 0, sizeof process);
	process.stdio = STDIO_CAPTURE;
	process.capture_limit = 8;
	process.out[0].fd = ends[0];
	process.out[0].memory = process.out[1].fd = -1;
	CHECK(!stream_pump(&process, 0) && process.out[0].memory < 0, "nothing to read makes no memory file");
	CHECK(write(ends[1], "12345", 5) == 5 && stream_pump(&process, 0), "a read");
	CHECK(write(ends[1], "67890", 5) == 5 && stream_pump(&process, 0), "a second read");
	close(ends[1]);
	CHECK(!stream_pump(&process, 0) && process.out[0].fd < 0, "the end");
	CHECK(pread(process.out[0].memory, back, 32, 0) == 8 && memcmp(back, "12345678", 8) == 0 && process.out[0].bytes == 8,
	      "kept up to the limit");
	close(process.out[0].memory);
}

int main(void)
{
	stamps();
	lines_and_pieces();
	long_lines();
	many_lines();
	any_bytes();
	losses();
	buffers();
	captures();
	printf("log_test: %d checks, %d failed\n", checks, failures);
	return failures != 0;
}

/* The state of a helper or shim: one table of processes, one connection, one epoll loop. Nothing is allocated after the
 * start; the tables are zero pages until they are used. */
#ifndef BERTH_SHIM_H
#define BERTH_SHIM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "child.h"
#include "protocol.h"

enum {
	PROCESSES = 512,      /* so many entries fit in one STATE packet */
	LOG_BUFFERS = 1024,   /* unfinished lines held at once: two a process; untouched they cost nothing */
	LINE_LIMIT = 16384,   /* bytes of a log line before it is split */
	READ_SIZE = 65536,    /* bytes of output taken at once */
	DRAIN_READS = 64,     /* reads of output that its process has left behind */
	DRAIN_MS = 100,       /* how long output may stay open after a container has exited */
	DRAIN_EXEC_MS = 2000, /* the same after an exec or run */
	TRIM_MS = 1000,       /* how long pages that a burst of output has touched are kept */
};

/* Big tables begin at a page, so that the linker puts the small variables together on few. */
#define PAGES __attribute__((aligned(4096)))

/* One output of a process on its way to the log, to a memory file or away. */
struct stream {
	int fd;         /* read end, -1 once the output has ended */
	int memory;     /* captured bytes, -1 before the first */
	uint32_t held;  /* bytes of the unfinished line */
	char *line;     /* LINE_LIMIT bytes, NULL unless the stream goes to the log */
	uint64_t bytes; /* taken so far; of a capture: kept so far */
};

enum process_state { FREE, LAUNCHING, RUNNING, DRAINING, EXITED };

enum owed { OWE_LAUNCHED = 1, OWE_EXITED = 2 };

struct process {
	char id[ID_SIZE];
	enum process_state state;
	uint32_t kind;
	uint32_t stdio;
	uint32_t capture_limit;
	uint32_t tag;      /* of the request that started it, 0 after the connection it came on */
	int32_t pid;
	int32_t status;
	uint32_t failed_op;
	int32_t error;     /* why it could not be launched */
	uint32_t owed;     /* what the daemon has not been told yet */
	bool ready;        /* a pod that has become a shim */
	bool torn;         /* the log ends in the middle of a line */
	int handshake;
	int oom_file;
	int log_dir;
	int log;
	int input;         /* write end of stdin, or a terminal: the container's, or one that is to be handed to the daemon */
	uint64_t started, finished, oom_kills, lost_bytes;
	uint64_t deadline; /* of the draining, in ms of the monotonic clock */
	struct stream out[2];
	char log_name[256];
};

/* process.c: the table and the life of an entry */
struct process *process_find(const char *id);
struct process *process_new(const char *id, uint32_t kind, uint32_t tag);
void process_launched(struct process *p);
void process_refused(struct process *p, uint32_t op, int error);
void process_ended(struct process *p); /* an output has ended: maybe the last */
void process_free(struct process *p);
void process_told(struct process *p);
struct process *process_at(unsigned index);
unsigned process_count(void);
unsigned process_index(const struct process *p);
void process_forget_all(void);
void process_reap(void);
bool process_orphaned(const struct process *p); /* a CREATE that has ended well and whose child is not adopted yet */
int process_adopt(struct process *p, int pid); /* errno */
void process_expire(void);
int process_timeout(void);
uint64_t now_ns(void);

/* launch.c: from a plan to a running process */
int launch(struct process *p, int plan_fd, int listener, const int *fds, unsigned count);
void launch_hear(struct process *p);

/* Nothing more is to be heard of a launch: it has succeeded, unless a failure was told. */
void launch_heard(struct process *p);
int launch_start(void);
void take_master(struct process *p, int master); /* takes the descriptor over */

/* log.c: the output of processes */
extern char io_buffer[READ_SIZE];
bool stream_pump(struct process *p, unsigned which);
bool output_swollen(void);
void output_trim(void);
void stream_close(struct process *p, unsigned which);
int log_open(struct process *p);
int log_claim(struct stream *s);
void log_write(struct process *p, unsigned which, const char *bytes, size_t size);
void log_end(struct process *p, unsigned which);

/* attach.c: clients that follow a container */
int attach(struct process *p, uint32_t what, const int *fds, unsigned count); /* errno; takes the descriptors if it is 0 */
void attach_tee(const struct process *p, unsigned which, const char *bytes, size_t size);
void attach_output_ended(const struct process *p, unsigned which);
void attach_input_ended(struct process *p); /* closes the container's stdin, and with it every client's */
void attach_event(unsigned index, unsigned which);
void attach_room(struct process *p);

/* server.c: the connection and the loop */
enum source { FROM_SIGNALS, FROM_LISTENER, FROM_CONNECTION, FROM_HANDSHAKE, FROM_OUTPUT, FROM_ATTACHMENT, FROM_INPUT };
int serve_await(int fd, uint32_t events, enum source source, unsigned index, unsigned which);
void serve_unwatch(int fd);
int serve_watch(int fd, enum source source, const struct process *p, unsigned which);
void serve_close(int *fd); /* of a watched descriptor */
void serve_settle(struct process *p);
bool hands_over_terminal(const struct process *p); /* with no sink for its output it is the daemon's */
_Noreturn void serve(bool helper, int fd);

#endif

/* The wire format between the daemon and berth-shim, and the format of a plan: see docs/shim.md.
 * Little-endian, no padding but what is spelled out; the assertions below hold every size and the offsets that matter. */
#ifndef BERTH_PROTOCOL_H
#define BERTH_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define PACKET_MAGIC 0x31485342u
#define PACKET_VERSION 1
#define PACKET_FDS 240
#define ID_SIZE 72

enum packet_type {
	PACKET_SPAWN = 1,
	PACKET_RUN = 2,
	PACKET_FDS_AHEAD = 3,
	PACKET_LAUNCH = 16,
	PACKET_SIGNAL = 17,
	PACKET_REOPEN_LOG = 18,
	PACKET_FORGET = 19,
	PACKET_STATE = 20,
	PACKET_SHUTDOWN = 21,
	PACKET_WATCH_LOG = 22,
	PACKET_ATTACH = 23,
	PACKET_RESIZE = 24,
	PACKET_SOCKET = 25,
	PACKET_ADOPT = 26,
	PACKET_TERMINAL = 27,
	PACKET_DONE = 64,
	PACKET_SPAWNED = 65,
	PACKET_LAUNCHED = 66,
	PACKET_EXITED = 67,
	PACKET_STATE_REPLY = 68,
};

struct packet_header {
	uint32_t magic;
	uint16_t type;
	uint16_t version;
	uint32_t tag;
	uint32_t length;
};

/* The payload of every request: SIGNAL, ATTACH, RESIZE and ADOPT have both, LAUNCH and the like the id, STATE and SHUTDOWN nothing. */
struct request {
	char id[ID_SIZE];
	int32_t number; /* a signal; bits of what is attached; rows << 16 | columns; a pid */
};

/* The payload of SOCKET. */
struct socket_request {
	int32_t family;
};

enum attach_bit { ATTACH_STDIN = 1, ATTACH_STDOUT = 2, ATTACH_STDERR = 4, ATTACH_ONCE = 8 };

struct launched {
	int32_t pid;
	int32_t error;
	uint32_t op;
};

#define NO_OP 0xffffffffu

struct exited {
	char id[ID_SIZE];
	uint32_t kind;
	int32_t pid;
	int32_t status;
	uint64_t finished;
	uint64_t oom_kills;
	uint64_t stdout_bytes;
	uint64_t stderr_bytes;
	uint64_t lost_bytes;
	uint32_t captured;
} __attribute__((packed));

enum wire_state { WIRE_LAUNCHING = 0, WIRE_RUNNING = 1, WIRE_EXITED = 2 };

struct state_entry {
	char id[ID_SIZE];
	uint32_t kind;
	uint32_t state;
	int32_t pid;
	int32_t status;
	uint64_t started;
	uint64_t finished;
	uint64_t oom_kills;
	uint64_t lost_bytes;
};

#define PLAN_MAGIC 0x314c5042u
#define PLAN_VERSION 1
#define PLAN_MAX_BYTES (16u << 20)
#define PLAN_MAX_OPS 4096u
#define REGISTERS 512
#define REGISTER_NONE (-1)
#define REGISTER_TARGET (-2)

enum plan_kind { KIND_POD = 0, KIND_INIT = 1, KIND_EXEC = 2, KIND_RUN = 3, KIND_PAUSE = 4, KIND_CREATE = 5 };

enum stdio_bit { STDIO_STDIN = 1, STDIO_TTY = 2, STDIO_LOG = 4, STDIO_CAPTURE = 8, STDIO_DISCARD = 16 };

struct plan_header {
	uint32_t magic;
	uint16_t version;
	uint16_t kind;
	uint32_t length;
	uint32_t ops;
	uint32_t data_offset;
	uint32_t data_length;
	uint32_t fds;
	uint32_t stdio;
	uint64_t clone_flags;
	int32_t cgroup;
	uint32_t target;
	int32_t log_dir;
	uint32_t log_name;
	int32_t oom_file;
	int32_t stdin_register;
	int32_t stdout_register;
	int32_t stderr_register;
	uint32_t owner_uid;
	uint32_t owner_gid;
	uint32_t capture_limit;
	uint32_t rows;
	uint32_t columns;
	uint32_t reserved[5];
};

enum op_code {
	OP_CGROUP = 1,
	OP_UNSHARE = 2,
	OP_SETNS = 3,
	OP_HOSTNAME = 4,
	OP_LOOPBACK = 5,
	OP_NEWFS = 6,
	OP_ATTACH = 7,
	OP_MKDIR = 8,
	OP_MKFILE = 9,
	OP_MOVE = 10,
	OP_CLONE = 11,
	OP_SETATTR = 12,
	OP_MKNOD = 13,
	OP_SYMLINK = 14,
	OP_MASK = 15,
	OP_PIVOT = 16,
	OP_CWD = 17,
	OP_WRITE = 18,
	OP_RLIMIT = 19,
	OP_KEYRING = 20,
	OP_BOUNDING = 21,
	OP_NO_NEW_PRIVS = 22,
	OP_SECCOMP = 23,
	OP_IDS = 24,
	OP_CAPS = 25,
	OP_UMASK = 26,
	OP_SESSION = 27,
	OP_PTY = 28,
	OP_EXEC = 29,
	OP_PAUSE = 30,
	OP_CLOSE = 31,
	OP_AFFINITY = 32,
	OP_OPEN = 33,
	OP_USERNS = 34,
	OP_FORK = 35,
	OP_CHDIR = 36,
	OP_HERE = 37,
	OP_FSIDS = 38,
	OP_LABEL = 39,
};

enum op_flag { FLAG_OPTIONAL = 1, FLAG_RECURSIVE = 2, FLAG_NOFOLLOW = 4, FLAG_BEST_EFFORT = 8, FLAG_CREATE = 16 };

struct op {
	uint16_t op;
	uint16_t flags;
	int32_t a;
	int32_t b;
	uint32_t s1;
	uint32_t s2;
	uint32_t n;
	uint64_t x;
	uint64_t y;
	uint64_t z;
};

_Static_assert(sizeof(struct packet_header) == 16, "packet header");
_Static_assert(sizeof(struct request) == 76, "request");
_Static_assert(sizeof(struct socket_request) == 4, "SOCKET");
_Static_assert(sizeof(struct launched) == 12, "LAUNCHED and SPAWNED");
_Static_assert(sizeof(struct exited) == 128, "EXITED");
_Static_assert(sizeof(struct state_entry) == 120, "entry of STATE");
_Static_assert(sizeof(struct plan_header) == 112, "plan header");
_Static_assert(offsetof(struct plan_header, clone_flags) == 32, "clone flags");
_Static_assert(offsetof(struct plan_header, owner_uid) == 72, "owner");
_Static_assert(sizeof(struct op) == 48, "op");
_Static_assert(offsetof(struct op, x) == 24, "first number of an op");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire is little-endian");

#endif

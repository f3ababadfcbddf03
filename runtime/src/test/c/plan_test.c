/* The decoder says no to every plan that could not be executed safely. */
#include "builder.h"
#include "plan.h"

#include <linux/mount.h>
#include <sched.h>

static int decode(void)
{
	struct plan decoded;
	size_t size;
	char *bytes = plan_bytes(&size);
	int rc = plan_decode(&decoded, bytes, size);
	free(bytes);
	return rc;
}

static void exec_plan(void)
{
	plan_begin(KIND_EXEC);
	plan.header.fds = 2;
	add_exec((const char *const[]){"a", "b", NULL}, (const char *const[]){"K=V", NULL}, (const char *const[]){"/a", NULL});
}

/* An exec plan with `code` in front of EXEC. */
static struct op *with(enum op_code code)
{
	exec_plan();
	plan.ops[1] = plan.ops[0];
	plan.header.ops = 2;
	plan.ops[0] = (struct op){.op = (uint16_t)code, .a = -1, .b = -1};
	return &plan.ops[0];
}

static struct op *exec_op(void)
{
	exec_plan();
	return &plan.ops[0];
}

#define REFUSED(sentence) CHECK(decode() == -EPROTO, sentence)
#define TAKEN(sentence) CHECK(decode() == 0, sentence)

static void takes_good_plans(void)
{
	exec_plan();
	TAKEN("an exec");
	plan_begin(KIND_POD);
	TAKEN("a pod that does nothing");
	plan_begin(KIND_PAUSE);
	add(OP_PAUSE);
	TAKEN("a pause");
	with(OP_SETNS)->a = REGISTER_TARGET;
	TAKEN("the register of the target");
	with(OP_CLOSE)->a = REGISTERS - 1;
	TAKEN("the last register");
}

static void checks_the_frame(void)
{
	struct plan decoded;
	size_t size;
	exec_plan();
	char *bytes = plan_bytes(&size);
	for (size_t cut = 0; cut < size; cut++) {
		char *copy = malloc(cut ? cut : 1);
		memcpy(copy, bytes, cut);
		CHECK(plan_decode(&decoded, copy, cut) == -EPROTO, "no part of a plan is a plan");
		if (cut >= sizeof(struct plan_header)) {
			((struct plan_header *)(void *)copy)->length = (uint32_t)cut;
			CHECK(plan_decode(&decoded, copy, cut) == -EPROTO, "not even if its length says so");
		}
		free(copy);
	}
	bytes[0]++;
	CHECK(plan_decode(&decoded, bytes, size) == -EPROTO, "another magic");
	bytes[0]--;
	bytes[4]++;
	CHECK(plan_decode(&decoded, bytes, size) == -EPROTO, "another version");
	free(bytes);
	exec_plan();
	plan.data[0] = 'x';
	REFUSED("data that does not begin with NUL");
	exec_plan();
	plan.data[plan.used - 1] = 'x';
	REFUSED("data that does not end with NUL");
	exec_plan();
	plan.header.kind = 6;
	REFUSED("an unknown kind");
}

static void checks_the_header(void)
{
	int32_t *const registers[] = {&plan.header.cgroup,	   &plan.header.log_dir,	 &plan.header.oom_file,
				      &plan.header.stdin_register, &plan.header.stdout_register, &plan.header.stderr_register};
	for (int i = 0; i < 6; i++) {
		exec_plan();
		*registers[i] = 1;
		TAKEN("a register that is passed");
		*registers[i] = 2;
		REFUSED("a register that is not passed");
		*registers[i] = -2;
		REFUSED("the target's register in the header");
	}
	exec_plan();
	plan.header.fds = REGISTERS;
	REFUSED("too many descriptors");
	exec_plan();
	plan.header.clone_flags = CLONE_VM;
	REFUSED("shared memory");
	exec_plan();
	plan.header.clone_flags = CLONE_PARENT;
	REFUSED("a child of somebody else");
	exec_plan();
	plan.header.stdio = STDIO_CAPTURE | STDIO_DISCARD;
	REFUSED("two sinks");
	exec_plan();
	plan.header.stdio = 32;
	REFUSED("an unknown bit of stdio");
	exec_plan();
	plan.header.stdio = STDIO_LOG;
	REFUSED("a log without a directory");
	plan.header.log_dir = 0;
	REFUSED("a log without a name");
	plan.header.log_name = put_string("a");
	TAKEN("a log");
	exec_plan();
	plan.header.target = plan.used;
	REFUSED("a target outside of the data");
	exec_plan();
	char name[300];
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = 0;
	plan.header.target = put_string(name);
	REFUSED("a target longer than an id");
	exec_plan();
	plan.header.rows = 65536;
	REFUSED("a window of too many rows");
	plan_begin(KIND_POD);
	plan.header.stdio = STDIO_DISCARD;
	REFUSED("a pod with output");
}

static void checks_the_sequence(void)
{
	plan_begin(KIND_EXEC);
	REFUSED("an exec without EXEC");
	plan_begin(KIND_POD);
	add(OP_PAUSE);
	REFUSED("a pod that pauses");
	with(OP_PAUSE);
	REFUSED("a pause in the middle");
	plan_begin(KIND_PAUSE);
	REFUSED("a pause without PAUSE");
	with(OP_PTY)->a = 0;
	REFUSED("a terminal without the bit");
	exec_plan();
	plan.header.stdio = STDIO_TTY;
	REFUSED("the bit without a terminal");
	with(OP_PTY)->a = 0;
	plan.header.stdio = STDIO_TTY;
	TAKEN("both");
	with((enum op_code)0);
	REFUSED("op 0");
	with((enum op_code)33);
	REFUSED("op 33");
	with((enum op_code)40);
	REFUSED("op 40");
	with(OP_FORK)->x = CLONE_NEWPID;
	REFUSED("an exec that goes on in a clone");
	with(OP_USERNS)->a = 0;
	REFUSED("an exec that makes a user namespace");
	plan_begin(KIND_PAUSE);
	add(OP_FORK)->x = CLONE_NEWPID | CLONE_NEWNS;
	add(OP_PAUSE);
	TAKEN("a pause that goes on in a clone");
	plan.ops[0].x = CLONE_VM;
	REFUSED("a clone that shares memory");
	plan_begin(KIND_POD);
	add(OP_USERNS)->a = 0;
	plan.ops[0].x = CLONE_NEWNET;
	TAKEN("a pod with a user namespace");
	plan.ops[0].x = CLONE_NEWNS;
	REFUSED("namespaces that cannot be entered from outside");
	with((enum op_code)65535);
	REFUSED("op 65535");
}

static void checks_operands(void)
{
	with(OP_CGROUP)->a = REGISTERS;
	REFUSED("a register above the last");
	with(OP_CGROUP)->a = -3;
	REFUSED("a register below the special ones");
	with(OP_CLONE)->b = -1;
	REFUSED("a result that goes nowhere");
	with(OP_MASK)->n = 600;
	REFUSED("a third register above the last");
	with(OP_HOSTNAME)->s1 = 0x7fffffff;
	REFUSED("a string outside of the data");
	with(OP_WRITE)->s2 = 0xffffffff;
	REFUSED("a second string outside of the data");
	with(OP_RLIMIT)->n = 16;
	REFUSED("an unknown limit");
	with(OP_ATTACH)->n = 1;
	REFUSED("an unknown propagation");
	struct op *op = with(OP_NEWFS);
	op->b = 3;
	op->n = 0xffffffff;
	REFUSED("more pairs than data");
	op = with(OP_SECCOMP);
	op->n = 1;
	op->s1 = 4;
	REFUSED("a filter that is not aligned");
	op->s1 = 8;
	TAKEN("a filter");
	op->n = 4097;
	REFUSED("a filter that is too long");
	op->n = 0;
	REFUSED("an empty filter");
	op = with(OP_IDS);
	op->n = 0x40000000;
	REFUSED("more groups than data");
	op->n = 0x4000;
	REFUSED("groups whose size is zero in sixteen bits");
}

static void checks_exec(void)
{
	exec_op()->n = 0;
	REFUSED("no arguments");
	exec_op()->y = 0;
	REFUSED("no candidate");
	exec_op()->x = 0x4000000000000001ull;
	REFUSED("a number of strings whose size overflows");
	exec_op()->z = 0xffffffff00000008ull;
	REFUSED("an offset whose low half fits");
	exec_op()->s1 += 2;
	REFUSED("offsets that are not aligned");
	struct op *op = exec_op();
	memset(plan.data + op->s1, 0xff, 4);
	REFUSED("an argument outside of the data");
}

int main(void)
{
	takes_good_plans();
	checks_the_frame();
	checks_the_header();
	checks_the_sequence();
	checks_operands();
	checks_exec();
	printf("plan_test: %d checks, %d failed\n", checks, failures);
	return failures != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* usage: argp_probe FLAGS ARGUMENT...: says what argp calls its parser with; FLAGS are letters (see main). */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#define LONG_ONLY_KEY 1000

const char *argp_program_version = "probe 1";

static const struct argp_option options[] = {
	{ "bundle", 'b', "DIR", 0, "where it is", 0 },
	{ "detach", 'd', 0, 0, "leave it running", 0 },
	{ "debug", LONG_ONLY_KEY, 0, 0, "say more", 0 },
	{ "level", 'l', "N", OPTION_ARG_OPTIONAL, "how much", 0 },
	{ "verbosity", 0, 0, OPTION_ALIAS, 0, 0 },
	{ NULL, 'L', 0, OPTION_ALIAS, 0, 0 },
	{ "secret", 's', 0, OPTION_HIDDEN, "nobody hears of it", 0 },
	{ 0 },
};

/* How many arguments are taken, and whether the parser takes the next word by itself after -d. */
static unsigned taken;
static int greedy, all;

static const char *name(int key)
{
	static char letter[16];

	switch (key) {
	case ARGP_KEY_ARG: return "ARG";
	case ARGP_KEY_ARGS: return "ARGS";
	case ARGP_KEY_END: return "END";
	case ARGP_KEY_NO_ARGS: return "NO_ARGS";
	case ARGP_KEY_INIT: return "INIT";
	case ARGP_KEY_SUCCESS: return "SUCCESS";
	case ARGP_KEY_ERROR: return "ERROR";
	case ARGP_KEY_FINI: return "FINI";
	case LONG_ONLY_KEY: return "debug";
	}
	snprintf(letter, sizeof(letter), "%c", key);
	return letter;
}

static error_t parser(int key, char *arg, struct argp_state *state)
{
	printf("%s(%s) next %d quoted %d\n", name(key), arg ? arg : "", state->next, state->quoted);
	if (key == 'd' && greedy && state->next < state->argc)
		printf("took %s\n", state->argv[state->next++]);
	if (key == ARGP_KEY_ARG)
		return state->arg_num < taken ? 0 : ARGP_ERR_UNKNOWN;
	if (key == ARGP_KEY_ARGS)
		return all ? 0 : ARGP_ERR_UNKNOWN;
	if (key == 'b' && strcmp(arg, "refused") == 0)
		argp_error(state, "%s is refused", arg);
	if (key == 'b' && strcmp(arg, "failure") == 0)
		argp_failure(state, 7, 2, "%s", arg);
	return key == 'b' && strcmp(arg, "wrong") == 0 ? 33 : 0;
}

static const struct argp argp = { options, parser, "NAME [COMMAND...]\nNAME", "What it does.\vAnd why.", 0, 0, 0 };

int main(int argc, char **argv)
{
	unsigned flags = 0;
	int index = -1, result;

	for (const char *letter = argv[1]; *letter; letter++) {
		flags |= *letter == 'i' ? ARGP_IN_ORDER : *letter == 'n' ? ARGP_NO_ARGS : 0;
		flags |= *letter == 'x' ? ARGP_NO_EXIT : *letter == 'e' ? ARGP_NO_ERRS : *letter == 'h' ? ARGP_NO_HELP : 0;
		taken = *letter >= '0' && *letter <= '9' ? (unsigned)(*letter - '0') : taken;
		greedy |= *letter == 'g';
		all |= *letter == 'a';
	}
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	argv[1] = "probe";
	for (int twice = 0; twice < 2; twice++) {
		result = argp_parse(&argp, argc - 1, argv + 1, flags, strchr(argv[0], 'w') ? NULL : &index, NULL);
		printf("result %d index %d\n", result, index);
	}
	return 0;
}

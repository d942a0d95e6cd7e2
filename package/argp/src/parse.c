/* SPDX-License-Identifier: MIT */
/* argp_parse: getopt_long(3) reads the command line, and the program's parser is called with what it finds. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "argp.h"

/* What getopt_long returns for the n-th entry of the table, and for the options that every program has. */
#define FIRST_LONG 0x2000
#define HELP 0x1001
#define USAGE 0x1002
#define VERSION 0x1003

struct tables {
	struct option *names;
	char *letters;
};

static int has_letter(const struct argp_option *option)
{
	return !(option->flags & OPTION_DOC) && option->key > 0 && option->key <= 0xff && isprint(option->key);
}

static int is_end(const struct argp_option *option)
{
	return !option->name && !option->key && !option->doc && !option->group;
}

/* The entry that sets the key and argument: the option itself, or the one that it is another name for. */
static const struct argp_option *meant(const struct argp_option *table, const struct argp_option *option)
{
	while (option > table && option->flags & OPTION_ALIAS)
		option--;
	return option;
}

static int has_argument(const struct argp_option *option)
{
	if (!option->arg)
		return no_argument;
	return option->flags & OPTION_ARG_OPTIONAL ? optional_argument : required_argument;
}

static void add_name(struct option **next, const char *name, int argument, int value)
{
	*(*next)++ = (struct option){ .name = name, .has_arg = argument, .val = value };
}

static void add_letter(char **next, int letter, int argument)
{
	*(*next)++ = (char)letter;
	for (int colons = argument == optional_argument ? 2 : argument == required_argument; colons > 0; colons--)
		*(*next)++ = ':';
}

static int has_version(void)
{
	return argp_program_version || argp_program_version_hook;
}

static int make_tables(const struct argp *argp, unsigned flags, struct tables *tables)
{
	const struct argp_option *table = argp->options;
	struct option *name;
	size_t count = 0;
	char *letter;

	while (table && !is_end(&table[count]))
		count++;
	/* In addition to the table's: --help, --usage, --version, and an end marker. */
	tables->names = calloc(count + 4, sizeof(*tables->names));
	/* A letter with two colons for each, -V, the sign for the order, and an end marker. */
	tables->letters = calloc(3 * count + 3, 1);
	if (!tables->names || !tables->letters)
		return ENOMEM;
	name = tables->names;
	letter = tables->letters;
	/* Arguments in their order, none at all, or (the default of getopt_long) after all options. */
	if (flags & (ARGP_IN_ORDER | ARGP_NO_ARGS))
		*letter++ = flags & ARGP_IN_ORDER ? '-' : '+';
	for (size_t i = 0; i < count; i++) {
		int argument = has_argument(meant(table, &table[i]));

		if (table[i].name && !(table[i].flags & OPTION_DOC))
			add_name(&name, table[i].name, argument, FIRST_LONG + (int)i);
		if (has_letter(&table[i]) && !strchr(tables->letters, table[i].key))
			add_letter(&letter, table[i].key, argument);
	}
	if (flags & ARGP_NO_HELP)
		return 0;
	add_name(&name, "help", no_argument, HELP);
	add_name(&name, "usage", no_argument, USAGE);
	if (has_version()) {
		add_name(&name, "version", no_argument, VERSION);
		if (!strchr(tables->letters, 'V'))
			add_letter(&letter, 'V', no_argument);
	}
	return 0;
}

/* Calls the parser, which may move `next` on. */
static error_t tell(struct argp_state *state, int key, char *arg)
{
	return state->root_argp->parser ? state->root_argp->parser(key, arg, state) : ARGP_ERR_UNKNOWN;
}

static void print_version(struct argp_state *state)
{
	if (argp_program_version_hook)
		argp_program_version_hook(state->out_stream, state);
	else
		fprintf(state->out_stream, "%s\n", argp_program_version);
	if (!(state->flags & ARGP_NO_EXIT))
		exit(0);
}

/* The table's entry for what getopt_long returned, or NULL. */
static const struct argp_option *entry_of(const struct argp_option *table, int found)
{
	if (found >= FIRST_LONG)
		return &table[found - FIRST_LONG];
	for (; table && !is_end(table); table++)
		if (has_letter(table) && table->key == found)
			return table;
	return NULL;
}

static error_t take_option(struct argp_state *state, int found)
{
	const struct argp_option *table = state->root_argp->options, *option = entry_of(table, found);
	error_t result;
	int key;

	if (option) {
		/* A letter that is another name has a key of its own, which the parser knows. */
		key = found >= FIRST_LONG && !option->key ? meant(table, option)->key : option->key;
		result = tell(state, key, optarg);
		if (result != ARGP_ERR_UNKNOWN)
			return result;
		argp_error(state, "the program does not know its own option '%s'", state->argv[state->next - 1]);
		return EINVAL;
	}
	if (found == HELP)
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
	else if (found == USAGE)
		argp_state_help(state, state->out_stream, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
	else
		print_version(state);
	return 0;
}

/* Handles the non-option argument before `next`. If nothing takes it: ARGP_ERR_UNKNOWN, and `next` points to it. */
static error_t take_argument(struct argp_state *state)
{
	int index = state->next - 1;
	error_t result = tell(state, ARGP_KEY_ARG, state->argv[index]);

	if (result == ARGP_ERR_UNKNOWN) {
		/* Then offer all the remaining arguments at once. */
		state->next = index;
		result = tell(state, ARGP_KEY_ARGS, NULL);
		if (!result)
			state->next = state->argc;
	}
	if (!result && state->next > index)
		state->arg_num += (unsigned)(state->next - index);
	return result;
}

static error_t take_all(struct argp_state *state, const struct tables *tables)
{
	error_t result = 0;
	int found;

	opterr = !(state->flags & ARGP_NO_ERRS);
	/* 0 makes getopt_long start from the beginning; later it continues where a parser stopped. */
	for (optind = 0; !result; optind = state->next) {
		found = getopt_long(state->argc, state->argv, tables->letters, tables->names, NULL);
		state->next = optind;
		if (found == -1)
			break;
		if (found == '?') {
			argp_state_help(state, state->err_stream, ARGP_HELP_STD_ERR);
			return EINVAL;
		}
		result = found == 1 ? take_argument(state) : take_option(state, found);
	}
	if (!result && state->next > 1 && strcmp(state->argv[state->next - 1], "--") == 0)
		state->quoted = state->next;
	while (!result && state->next < state->argc) {
		if (state->flags & ARGP_NO_ARGS)
			return ARGP_ERR_UNKNOWN;
		state->next++;
		result = take_argument(state);
	}
	return result;
}

/* Finishes after the last argument; `result` is the result of parsing the arguments. */
static error_t finish(struct argp_state *state, error_t result, int *arg_index)
{
	if (result == ARGP_ERR_UNKNOWN && state->next < state->argc) {
		/* The caller handles the rest, if it asked for the index. */
		result = 0;
		if (arg_index) {
			*arg_index = state->next;
		} else {
			argp_error(state, "Too many arguments");
			result = EINVAL;
		}
	} else if (!result) {
		if (!state->arg_num)
			result = tell(state, ARGP_KEY_NO_ARGS, NULL);
		if (!result || result == ARGP_ERR_UNKNOWN)
			result = tell(state, ARGP_KEY_END, NULL);
		if (result == ARGP_ERR_UNKNOWN)
			result = 0;
		if (arg_index)
			*arg_index = state->next;
	}
	if (!result) {
		result = tell(state, ARGP_KEY_SUCCESS, NULL);
		if (result == ARGP_ERR_UNKNOWN)
			result = 0;
	} else {
		tell(state, ARGP_KEY_ERROR, NULL);
	}
	tell(state, ARGP_KEY_FINI, NULL);
	return result == ARGP_ERR_UNKNOWN ? EINVAL : result;
}

error_t argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *arg_index, void *input)
{
	struct argp_state state = { .root_argp = argp, .argc = argc, .argv = argv, .flags = flags, .input = input,
				    .err_stream = stderr, .out_stream = stdout };
	struct tables tables = { NULL, NULL };
	error_t result;

	if (argp->children || argp->help_filter || argp->argp_domain || flags & (ARGP_PARSE_ARGV0 | ARGP_LONG_ONLY))
		return EINVAL;
	if (argc > 0 && argv[0]) {
		char *slash = strrchr(argv[0], '/');

		state.name = slash ? slash + 1 : argv[0];
	}
	result = make_tables(argp, flags, &tables);
	if (!result) {
		result = tell(&state, ARGP_KEY_INIT, NULL);
		state.next = 1;
		if (!result || result == ARGP_ERR_UNKNOWN)
			result = finish(&state, take_all(&state, &tables), arg_index);
	}
	free(tables.names);
	free(tables.letters);
	return result;
}

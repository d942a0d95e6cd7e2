/* SPDX-License-Identifier: MIT */
/*
 * argp: parses a command line by a table of options, and calls a function for each option.
 *
 * The interface is the one of "Parsing Program Options with Argp" in the manual of the GNU C library, without
 * children, help filters, translation and groups in the help.
 */
#ifndef _ARGP_H
#define _ARGP_H

/* The C library's argp.h includes the first and the fourth of these, and programs rely on it. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef __error_t_defined
#define __error_t_defined 1
typedef int error_t;
#endif

struct argp_state;

typedef error_t (*argp_parser_t)(int key, char *arg, struct argp_state *state);

/* One option. A key that can be printed is also its short name. A table ends with an entry of zeros. */
struct argp_option {
	const char *name;
	int key;
	const char *arg;
	int flags;
	const char *doc;
	int group;
};

#define OPTION_ARG_OPTIONAL 0x1
#define OPTION_HIDDEN 0x2
/* Another name for the previous option; it takes the same argument. */
#define OPTION_ALIAS 0x4
/* Not an option, but a line of the help. */
#define OPTION_DOC 0x8
#define OPTION_NO_USAGE 0x10

struct argp {
	const struct argp_option *options;
	argp_parser_t parser;
	/* The arguments after the options; each line is a separate usage. */
	const char *args_doc;
	/* Text before the options in the help; text after a '\v' follows the options. */
	const char *doc;
	/* These three must be NULL; otherwise argp_parse returns EINVAL. */
	const void *children;
	char *(*help_filter)(int key, const char *text, void *input);
	const char *argp_domain;
};

struct argp_state {
	const struct argp *root_argp;
	int argc;
	char **argv;
	/* Index of the next argument to parse; a parser that takes arguments itself increments it. */
	int next;
	unsigned flags;
	/* The number of parsed arguments, without options. */
	unsigned arg_num;
	/* Index of the first argument after "--", or 0. */
	int quoted;
	void *input;
	void **child_inputs;
	void *hook;
	char *name;
	FILE *err_stream;
	FILE *out_stream;
	void *pstate;
};

/* Other keys that a parser is called with. */
#define ARGP_KEY_ARG 0
#define ARGP_KEY_END 0x1000001
#define ARGP_KEY_NO_ARGS 0x1000002
#define ARGP_KEY_INIT 0x1000003
#define ARGP_KEY_SUCCESS 0x1000004
#define ARGP_KEY_ERROR 0x1000005
#define ARGP_KEY_ARGS 0x1000006
#define ARGP_KEY_FINI 0x1000007

/* A parser returns this for a key that it does not know. */
#define ARGP_ERR_UNKNOWN E2BIG

/* Flags of argp_parse. */
#define ARGP_PARSE_ARGV0 0x01
#define ARGP_NO_ERRS 0x02
#define ARGP_NO_ARGS 0x04
#define ARGP_IN_ORDER 0x08
#define ARGP_NO_HELP 0x10
#define ARGP_NO_EXIT 0x20
#define ARGP_LONG_ONLY 0x40
#define ARGP_SILENT (ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP)

/* What argp_help prints. */
#define ARGP_HELP_USAGE 0x01
#define ARGP_HELP_SHORT_USAGE 0x02
#define ARGP_HELP_SEE 0x04
#define ARGP_HELP_LONG 0x08
#define ARGP_HELP_PRE_DOC 0x10
#define ARGP_HELP_POST_DOC 0x20
#define ARGP_HELP_DOC (ARGP_HELP_PRE_DOC | ARGP_HELP_POST_DOC)
#define ARGP_HELP_BUG_ADDR 0x40
#define ARGP_HELP_EXIT_ERR 0x100
#define ARGP_HELP_EXIT_OK 0x200
#define ARGP_HELP_STD_ERR (ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR)
#define ARGP_HELP_STD_USAGE (ARGP_HELP_SHORT_USAGE | ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR)
#define ARGP_HELP_STD_HELP \
	(ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_EXIT_OK | ARGP_HELP_DOC | ARGP_HELP_BUG_ADDR)

/* A program may define these; without a version there is no --version. */
extern const char *argp_program_version;
extern void (*argp_program_version_hook)(FILE *stream, struct argp_state *state);
extern const char *argp_program_bug_address;
extern error_t argp_err_exit_status;

error_t argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *arg_index, void *input);
void argp_help(const struct argp *argp, FILE *stream, unsigned flags, char *name);
void argp_state_help(const struct argp_state *state, FILE *stream, unsigned flags);
void argp_usage(const struct argp_state *state);
void argp_error(const struct argp_state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));
void argp_failure(const struct argp_state *state, int status, int error, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#ifdef __cplusplus
}
#endif

#endif

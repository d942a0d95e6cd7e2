/* SPDX-License-Identifier: MIT */
/* What argp prints: usage, the list of options, errors. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "argp.h"

/* A program may define these itself. */
const char *argp_program_version __attribute__((weak));
void (*argp_program_version_hook)(FILE *stream, struct argp_state *state) __attribute__((weak));
const char *argp_program_bug_address __attribute__((weak));
error_t argp_err_exit_status __attribute__((weak)) = EX_USAGE;

#define DOC_COLUMN 29
#define WIDTH 79

static int is_end(const struct argp_option *option)
{
	return !option->name && !option->key && !option->doc && !option->group;
}

static int letter_of(const struct argp_option *option)
{
	return option->key > 0 && option->key <= 0xff && isprint(option->key) ? option->key : 0;
}

/* Prints the words of a text, wrapped at WIDTH and at its own line ends; the first one starts at `column`. */
static void print_words(FILE *stream, const char *text, size_t length, int indent, int column)
{
	const char *end = text + length;

	while (text < end) {
		size_t word = 0;

		while (text + word < end && text[word] != ' ' && text[word] != '\n')
			word++;
		if (column > indent && column + 1 + (int)word > WIDTH) {
			fprintf(stream, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', stream);
			column++;
		}
		column += fprintf(stream, "%.*s", (int)word, text);
		text += word;
		if (text < end && *text == '\n') {
			fprintf(stream, "\n%*s", indent, "");
			column = indent;
		}
		text += text < end;
	}
	fputc('\n', stream);
}

static int print_argument(FILE *stream, const struct argp_option *real, int is_long)
{
	if (!real->arg)
		return 0;
	if (real->flags & OPTION_ARG_OPTIONAL)
		return fprintf(stream, is_long ? "[=%s]" : "[%s]", real->arg);
	return fprintf(stream, is_long ? "=%s" : " %s", real->arg);
}

/* Prints one line of the list: an option with all its other names, and what it does. */
static const struct argp_option *print_option(FILE *stream, const struct argp_option *option)
{
	const struct argp_option *real = option, *after = option + 1;
	int column = fprintf(stream, "  "), names = 0;

	while (!is_end(after) && after->flags & OPTION_ALIAS)
		after++;
	for (option = real; option < after; option++) {
		int letter = letter_of(option);

		if (!letter || option->flags & (OPTION_HIDDEN | OPTION_DOC))
			continue;
		column += fprintf(stream, names++ ? ", -%c" : "-%c", letter);
		if (!real->name)
			column += print_argument(stream, real, 0);
	}
	/* Long names are aligned, whether a short name comes before them or not. */
	if (!names)
		column += fprintf(stream, "    ");
	for (option = real; option < after; option++) {
		if (!option->name || option->flags & OPTION_HIDDEN)
			continue;
		column += fprintf(stream, "%s%s%s", names++ ? ", " : "", real->flags & OPTION_DOC ? "" : "--",
				  option->name);
		column += print_argument(stream, real, 1);
	}
	if (!real->doc) {
		fputc('\n', stream);
		return after;
	}
	if (column >= DOC_COLUMN) {
		fputc('\n', stream);
		column = 0;
	}
	fprintf(stream, "%*s", DOC_COLUMN - column, "");
	print_words(stream, real->doc, strlen(real->doc), DOC_COLUMN, DOC_COLUMN);
	return after;
}

static void print_options(const struct argp *argp, FILE *stream)
{
	/* One table: of each option, the next one's flags are read. */
	static const struct argp_option standard[] = {
		{ "help", 0, NULL, 0, "Give this help list", 0 },
		{ "usage", 0, NULL, 0, "Give a short usage message", 0 },
		{ "version", 'V', NULL, 0, "Print program version", 0 },
		{ 0 },
	};
	const struct argp_option *option = argp->options;

	while (option && !is_end(option)) {
		if (option->flags & OPTION_HIDDEN) {
			option++;
		} else if (!option->name && !letter_of(option)) {
			/* A heading. */
			if (option->doc)
				fprintf(stream, "\n %s\n", option->doc);
			option++;
		} else {
			option = print_option(stream, option);
		}
	}
	print_option(stream, &standard[0]);
	print_option(stream, &standard[1]);
	if (argp_program_version || argp_program_version_hook)
		print_option(stream, &standard[2]);
}

static void print_usage(const struct argp *argp, FILE *stream, unsigned flags, const char *name)
{
	const char *form = argp->args_doc ? argp->args_doc : "", *intro = "Usage:";
	const struct argp_option *option;

	for (;;) {
		size_t length = strcspn(form, "\n");

		fprintf(stream, "%s %s", intro, name);
		if (flags & ARGP_HELP_SHORT_USAGE) {
			fputs(" [OPTION...]", stream);
		} else {
			for (option = argp->options; option && !is_end(option); option++) {
				const int skipped = OPTION_HIDDEN | OPTION_DOC | OPTION_NO_USAGE | OPTION_ALIAS;

				if (option->flags & skipped || (!option->name && !letter_of(option)))
					continue;
				fprintf(stream, option->name ? " [--%s" : " [-%s",
					option->name ? option->name : (char[]){ (char)option->key, '\0' });
				print_argument(stream, option, option->name != NULL);
				fputc(']', stream);
			}
			fputs(" [--help] [--usage]", stream);
		}
		fprintf(stream, "%s%.*s\n", length ? " " : "", (int)length, form);
		if (!form[length])
			return;
		form += length + 1;
		intro = "  or: ";
	}
}

static void print_doc(const struct argp *argp, FILE *stream, int post)
{
	const char *doc = argp->doc ? argp->doc : "", *split = strchr(doc, '\v');
	size_t length = split ? (size_t)(split - doc) : strlen(doc);

	if (post && !split)
		return;
	if (post) {
		doc = split + 1;
		length = strlen(doc);
	}
	if (!length)
		return;
	if (post)
		fputc('\n', stream);
	print_words(stream, doc, length, 0, 0);
}

static void print_help(const struct argp *argp, FILE *stream, unsigned flags, const char *name)
{
	if (flags & (ARGP_HELP_USAGE | ARGP_HELP_SHORT_USAGE))
		print_usage(argp, stream, flags, name);
	if (flags & ARGP_HELP_PRE_DOC)
		print_doc(argp, stream, 0);
	if (flags & ARGP_HELP_SEE)
		fprintf(stream, "Try '%s --help' or '%s --usage' for more information.\n", name, name);
	if (flags & ARGP_HELP_LONG) {
		fputc('\n', stream);
		print_options(argp, stream);
	}
	if (flags & ARGP_HELP_POST_DOC)
		print_doc(argp, stream, 1);
	if (flags & ARGP_HELP_BUG_ADDR && argp_program_bug_address)
		fprintf(stream, "\nReport bugs to %s.\n", argp_program_bug_address);
	fflush(stream);
}

void argp_help(const struct argp *argp, FILE *stream, unsigned flags, char *name)
{
	print_help(argp, stream, flags, name);
}

static const char *name_of(const struct argp_state *state)
{
	return state && state->name ? state->name : program_invocation_short_name;
}

void argp_state_help(const struct argp_state *state, FILE *stream, unsigned flags)
{
	if (!stream || (state && state->flags & ARGP_NO_ERRS && stream == state->err_stream))
		return;
	if (state)
		print_help(state->root_argp, stream, flags, name_of(state));
	if (state && state->flags & ARGP_NO_EXIT)
		return;
	if (flags & ARGP_HELP_EXIT_ERR)
		exit(argp_err_exit_status);
	if (flags & ARGP_HELP_EXIT_OK)
		exit(0);
}

void argp_usage(const struct argp_state *state)
{
	argp_state_help(state, state ? state->err_stream : stderr, ARGP_HELP_STD_USAGE);
}

void argp_error(const struct argp_state *state, const char *format, ...)
{
	FILE *stream = state ? state->err_stream : stderr;
	va_list arguments;

	if (state && state->flags & ARGP_NO_ERRS)
		return;
	fprintf(stream, "%s: ", name_of(state));
	va_start(arguments, format);
	vfprintf(stream, format, arguments);
	va_end(arguments);
	fputc('\n', stream);
	argp_state_help(state, stream, ARGP_HELP_STD_ERR);
}

void argp_failure(const struct argp_state *state, int status, int error, const char *format, ...)
{
	FILE *stream = state ? state->err_stream : stderr;
	va_list arguments;

	if (state && state->flags & ARGP_NO_ERRS)
		return;
	fputs(name_of(state), stream);
	if (format) {
		fputs(": ", stream);
		va_start(arguments, format);
		vfprintf(stream, format, arguments);
		va_end(arguments);
	}
	if (error)
		fprintf(stream, ": %s", strerror(error));
	fputc('\n', stream);
	if (status && !(state && state->flags & ARGP_NO_EXIT))
		exit(status);
}

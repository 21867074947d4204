/*
 * model_find.h - a model by its name, without its path.
 *
 * Looked for in the folders of VQ_MODEL_PATH (colons between them, empty ones
 * left out), then in that of the installation: ../share/vqtools beside the
 * folder of the program, or data/models where the program still lies in its
 * build folder.
 */
#ifndef MODEL_MODEL_FIND_H
#define MODEL_MODEL_FIND_H

#include "util/err.h"
#include "util/strlist.h"

/*
 * Where a file is, malloc'd.  What exists, has a slash in it or is "-" stays as
 * it is; else it is NAME or NAME.vq in the first folder that has one.  NULL if
 * there is none: the message says where was looked, and what is nearly called
 * so, but not the name.
 */
char *model_find(const char *name, struct err *e);

/* Append the folders, in the order in which they are looked into. */
void model_find_folders(struct strlist *to);

/* The same in a line, with commas between them.  malloc'd. */
char *model_find_where(void);

/* Append the paths of all files *.vq there, folder after folder, each by name:
 * of two with one name the first is the one that model_find gives. */
void model_find_all(struct strlist *to);

/* What a path is found by: its last part, without ".vq".  malloc'd. */
char *model_find_name(const char *path);

#endif

/** What `embedding` says. */

export const ROW_TABLE = 'embedding: weight must be [vocabulary, dim], but it is {weight}';

// Package archive is a portable archive of a help desk: a folder with a SQLite
// database and files.
package archive

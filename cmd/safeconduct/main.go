// Safeconduct moves a help desk from one platform to another without losing,
// doubling or exposing a record.
//
// This is the command line and the embedded runtime. See README.md for a tour
// and `safeconduct --help` for all commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

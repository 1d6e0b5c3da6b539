// Peers sets up, starts and stops the help desks that live tests need.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/safeconduct/safeconduct/internal/peers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 || args[0] != "up" && args[0] != "down" {
		return fmt.Errorf("usage: peers up | down")
	}
	if args[0] == "down" {
		return peers.Down()
	}
	up, err := peers.Up(ctx)
	for _, p := range up {
		fmt.Println(p)
	}
	return err
}

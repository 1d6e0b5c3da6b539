// Peers sets up, starts and stops the help desks that live tests need, and the
// emulators of AWS.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

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
	switch strings.Join(args, " ") {
	case "up":
		up, err := peers.Up(ctx)
		return errors.Join(show(up), err)
	case "down":
		return peers.Down()
	case "cloud up":
		up, err := peers.CloudUp(ctx)
		return errors.Join(show(up), err)
	case "cloud down":
		return peers.CloudDown()
	}
	return errors.New("usage: peers [cloud] up | down")
}

func show[P fmt.Stringer](up []P) error {
	for _, p := range up {
		fmt.Println(p)
	}
	return nil
}

package peers

import (
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync/atomic"
)

// A Sink is a mail server that takes every mail, counts it and forgets it.
type Sink struct {
	listener net.Listener
	mails    atomic.Int64
}

// Listen opens a sink at the address, which is Peer.Mail for what the peers send.
func Listen(address string) (*Sink, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("peers: sink: %w", err)
	}
	s := &Sink{listener: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(textproto.NewConn(c))
		}
	}()
	return s, nil
}

// Mails is how many mails came in so far.
func (s *Sink) Mails() int { return int(s.mails.Load()) }

// Address is where the sink listens.
func (s *Sink) Address() string { return s.listener.Addr().String() }

// Close takes no more mails.
func (s *Sink) Close() error { return s.listener.Close() }

// serve speaks as much of RFC 5321 as it takes to be handed a mail.
func (s *Sink) serve(c *textproto.Conn) {
	defer c.Close()
	if c.PrintfLine("220 sink") != nil {
		return
	}
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "QUIT":
			_ = c.PrintfLine("221 bye")
			return
		case "DATA":
			if c.PrintfLine("354 go on") != nil {
				return
			}
			if _, err := io.Copy(io.Discard, c.DotReader()); err != nil {
				return
			}
			s.mails.Add(1)
		}
		if c.PrintfLine("250 ok") != nil {
			return
		}
	}
}

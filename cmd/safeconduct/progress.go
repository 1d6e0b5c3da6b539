package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/safeconduct/safeconduct/internal/embedded"
)

// A progress shows how far a run has come: one line that is written over on a
// terminal, a line now and then elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	quiet    bool
	step_    string
	began    time.Time
	shown    time.Time
	width    int
	budgets  func() string // how the accounts stand that are asked; nil: nobody knows
	looked   time.Time
	standing string
}

// often is how often a line is printed where nobody watches a terminal.
const often = 5 * time.Second

func newProgress(w io.Writer, quiet bool) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, quiet: quiet, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// step shows one report of the runtime.
func (p *progress) step(s embedded.Progress) {
	if p.quiet {
		return
	}
	now := time.Now()
	if s.Step != p.step_ {
		p.end()
		p.step_, p.began, p.shown = s.Step, now, time.Time{}
	}
	wait := often
	if p.terminal {
		wait = 100 * time.Millisecond
	}
	if now.Sub(p.shown) < wait && s.Done < s.Total {
		return
	}
	p.shown = now
	p.line(line(s, now.Sub(p.began)) + p.accounts(now))
}

// accounts says once a second how the accounts stand.
func (p *progress) accounts(now time.Time) string {
	if p.budgets != nil && now.Sub(p.looked) >= time.Second {
		p.looked, p.standing = now, p.budgets()
	}
	return p.standing
}

// line writes the text of a step: what was done, of how much, how fast, how long
// it will take.
func line(s embedded.Progress, took time.Duration) string {
	text := fmt.Sprintf("%-10s %7d", s.Step, s.Done)
	if s.Total > 0 {
		text += fmt.Sprintf(" of %d", max(s.Total, s.Done))
	}
	text += " records"
	if seconds := took.Seconds(); seconds > 0.5 && s.Done > 0 {
		rate := float64(s.Done) / seconds
		text += fmt.Sprintf(", %.0f/s", rate)
		if left := s.Total - s.Done; left > 0 && rate > 0 {
			text += ", " + time.Duration(float64(left)/rate*float64(time.Second)).Round(time.Second).String() + " left"
		}
	}
	return text
}

func (p *progress) line(text string) {
	if !p.terminal {
		fmt.Fprintln(p.w, text)
		return
	}
	fmt.Fprintf(p.w, "\r%s%s", text, strings.Repeat(" ", max(0, p.width-len(text))))
	p.width = len(text)
}

// end closes the line of a step.
func (p *progress) end() {
	if p.terminal && p.width > 0 {
		fmt.Fprintln(p.w)
	}
	p.width = 0
}

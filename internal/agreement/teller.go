package agreement

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// A Script holds the answers to the calls of one run, by [Key]: the first call gets
// the first, and the last is said again and again.
type Script map[string][]Answer

// An Answer is what a function says to one call.
type Answer struct {
	Result  json.RawMessage `json:"result,omitempty"`
	Error   string          `json:"error,omitempty"`   // its name
	Seconds int             `json:"seconds,omitempty"` // until it is said
}

// A call is what the key of a call is made of.
type call struct {
	Run struct {
		ID string `json:"id"`
	} `json:"run"`
	Kind     string `json:"kind"`
	Phase    string `json:"phase"`
	List     bool   `json:"list"`
	Census   bool   `json:"census"`
	Preview  bool   `json:"preview"`
	Recheck  bool   `json:"recheck"`
	Rollback bool   `json:"rollback"`
	Closing  bool   `json:"closing"`
	Recall   bool   `json:"recall"`
	Erasures bool   `json:"erasures"`
	Token    string `json:"token"`
	Segment  struct {
		Seq int `json:"seq"`
	} `json:"segment"`
}

// Key names a call: the function, and what of its step is asked for, as in
// "extract ticket" or "load tickets 2".
func Key(function string, payload []byte) (run, key string) {
	var c call
	_ = json.Unmarshal(payload, &c) // what is none of it has the function's key
	key = function
	for _, word := range []string{c.Kind, c.Phase} {
		if word != "" {
			key += " " + word
		}
	}
	for word, is := range map[string]bool{"list": c.List, "census": c.Census, "preview": c.Preview, "recheck": c.Recheck, "recall": c.Recall, "erasures": c.Erasures,
		"rollback": c.Rollback, "closing": c.Closing, "token": c.Token != "", strconv.Itoa(c.Segment.Seq): c.Segment.Seq > 0} {
		if is {
			key += " " + word
		}
	}
	return c.Run.ID, key
}

// A Told error is the failure that a script asks for.
type Told struct{ Name string }

func (t *Told) Error() string { return t.Name }

// A Teller tells what the scripts say, and keeps a book of the calls in a folder:
// a process that was started for one call knows by it which one it is.
type Teller struct {
	Scripts map[string]Script // by run
	Book    string
}

// A Line of the book is one call.
type Line struct {
	Key     string          `json:"key"`
	Payload json.RawMessage `json:"payload"`
}

// Tell answers a call to a function.
func (t Teller) Tell(ctx context.Context, function string, payload []byte) (json.RawMessage, error) {
	run, key := Key(function, payload)
	answers := t.Scripts[run][key]
	if len(answers) == 0 {
		return nil, fmt.Errorf("the script of %q has no answer to %q", run, key)
	}
	n, err := t.enter(run, Line{key, payload})
	if err != nil {
		return nil, err
	}
	a := answers[min(n, len(answers)-1)]
	select {
	case <-time.After(time.Duration(a.Seconds) * time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if a.Error != "" {
		return nil, &Told{a.Error}
	}
	return a.Result, nil
}

// enter writes a call into the book and counts those of its key before it.
func (t Teller) enter(run string, l Line) (before int, err error) {
	lines, err := ReadBook(t.Book, run)
	if err != nil {
		return 0, err
	}
	for _, b := range lines {
		if b.Key == l.Key {
			before++
		}
	}
	text, err := json.Marshal(l)
	if err != nil {
		return 0, err
	}
	f, err := os.OpenFile(bookOf(t.Book, run), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	_, err = f.Write(append(text, '\n'))
	return before, err
}

func bookOf(folder, run string) string { return filepath.Join(folder, run+".jsonl") }

// ReadBook reads the calls of a run so far.
func ReadBook(folder, run string) (lines []Line, err error) {
	content, err := os.ReadFile(bookOf(folder, run))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for each := bufio.NewScanner(bytes.NewReader(content)); each.Scan(); {
		var l Line
		if json.Unmarshal(each.Bytes(), &l) == nil { // the last may still be on its way
			lines = append(lines, l)
		}
	}
	return lines, nil
}

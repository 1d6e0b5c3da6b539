package rivals

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

var environment = flag.String("airbyte", "../../.bench-peers", "folder of the virtual environment with airbyte-cdk")

type object = map[string]any

// A reading is what airbyte-cdk made of a source.
type reading struct {
	records  int
	unique   map[string]bool // ids
	failed   bool
	cpu      time.Duration
	peak     int64 // bytes
	took     time.Duration
	complain string // the last of what it said, if it failed
}

// airbyte starts a reading of all streams of a manifest by airbyte-cdk's own command.
func airbyte(b *testing.B, manifest object) *exec.Cmd {
	b.Helper()
	program, err := filepath.Abs(filepath.Join(*environment, "bin", "source-declarative-manifest"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		b.Fatalf("airbyte-cdk is not there: make bench-peers-install")
	}
	dir := b.TempDir()
	var streams []object
	for _, s := range manifest["streams"].([]object) {
		streams = append(streams, object{"stream": object{"name": s["name"], "json_schema": object{}, "supported_sync_modes": []string{"full_refresh", "incremental"},
			"source_defined_cursor": true}, "sync_mode": "incremental", "destination_sync_mode": "append"})
	}
	config := write(b, dir, "config.json", object{"__injected_declarative_manifest": manifest})
	catalog := write(b, dir, "catalog.json", object{"streams": streams})
	c := exec.Command(program, "read", "--config", config, "--catalog", catalog)
	c.Dir = dir
	c.Env = append(os.Environ(), "DO_NOT_TRACK=1", "AIRBYTE_TELEMETRY_DISABLED=1")
	return c
}

func write(b *testing.B, dir, name string, content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// readAll lets airbyte-cdk read to its end.
func readAll(b *testing.B, manifest object) reading {
	b.Helper()
	c := airbyte(b, manifest)
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	r := reading{unique: map[string]bool{}}
	r.count(b, out)
	r.failed = c.Wait() != nil
	r.took, r.cpu = time.Since(begun), c.ProcessState.UserTime()+c.ProcessState.SystemTime()
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = u.Maxrss << 10 // Linux counts it in KiB
	}
	return r
}

// count reads the messages of airbyte-cdk, one a line. Ids are enough: a line is not
// decoded further.
func (r *reading) count(b *testing.B, out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var m struct {
			Type   string
			Record struct {
				Data struct{ ID json.Number }
			}
			Log struct{ Level, Message string }
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			continue // a line for people
		}
		switch {
		case m.Type == "RECORD":
			r.records++
			r.unique[m.Record.Data.ID.String()] = true
		case m.Type == "LOG" && (m.Log.Level == "ERROR" || m.Log.Level == "FATAL"):
			r.complain = m.Log.Message
		}
	}
	if err := lines.Err(); err != nil {
		b.Fatal(err)
	}
}

// A manifest is a source that airbyte-cdk reads.
func manifestOf(extra object, streams ...object) object {
	m := object{"version": "7.0.0", "type": "DeclarativeSource",
		"check":             object{"type": "CheckStream", "stream_names": []any{streams[0]["name"]}},
		"streams":           streams,
		"spec":              object{"type": "Spec", "connection_specification": object{"type": "object", "properties": object{}}},
		"concurrency_level": object{"type": "ConcurrencyLevel", "default_concurrency": 4}}
	for k, v := range extra {
		m[k] = v
	}
	return m
}

func schema() object {
	return object{"type": "InlineSchemaLoader", "schema": object{"type": "object", "additionalProperties": true, "properties": object{}}}
}

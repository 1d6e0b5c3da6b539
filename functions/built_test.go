//go:build cloud

package functions_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a zip may weigh, in the megabytes of Lambda's quotas: 1,048,576 bytes.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	most    = 8 << 20
	ofModel = 11 << 20 // anonymize has room for a model
)

// TestEveryFunctionIsSmall zips what make build-functions builds for arm64.
func TestEveryFunctionIsSmall(t *testing.T) {
	bin := t.TempDir()
	ship(t, bin, []string{"GOOS=linux", "GOARCH=arm64"}, "./...")
	for _, program := range programs(t, bin, 10) {
		limit := most
		if filepath.Base(program) == "anonymize" {
			limit = ofModel
		}
		size := zipped(t, program)
		t.Logf("%s: %.2f MB", filepath.Base(program), float64(size)/(1<<20))
		if size >= limit {
			t.Errorf("the zip of %s has %d bytes, it may have %d", filepath.Base(program), size, limit)
		}
	}
}

func zipped(t *testing.T, program string) int {
	t.Helper()
	f, err := os.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(entry, f); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// compileAtStart are the foreign packages that compile regular expressions when a
// program starts. Each costs microseconds, and what it is linked for is worth it.
// None of ours does.
var compileAtStart = map[string]string{
	"github.com/aws/aws-sdk-go-v2/service/*/internal/endpoints":         "eight short ones a service, for the names of regions",
	"github.com/yuin/goldmark/parser":                                   "Markdown of help desks, eleven with goldmark/util",
	"github.com/yuin/goldmark/util":                                     "the same",
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark": "HTML of help desks, one",
	"github.com/dustin/go-humanize":                                     "sizes that people read, one",
	"google.golang.org/protobuf/internal/encoding/json":                 "tink's key sets, one",
	"html/template": "two, in report alone",
}

// TestWhatIsCompiledAtTheStartIsKnown builds the functions with a regexp package that
// says who calls it, and runs them until they poll for work.
func TestWhatIsCompiledAtTheStartIsKnown(t *testing.T) {
	bin := t.TempDir()
	ship(t, bin, nil, "-overlay", talkative(t), "./...")
	found := map[string]bool{}
	for _, program := range programs(t, bin, 10) {
		for _, by := range compiledBy(t, program) {
			known := func(pattern string) bool { ok, _ := path.Match(pattern, by); return ok }
			i := slices.IndexFunc(slices.Collect(maps.Keys(compileAtStart)), known)
			if i < 0 {
				t.Errorf("%s: %s compiles a regular expression at the start", filepath.Base(program), by)
			}
			found[by] = true
		}
	}
	if !found["github.com/yuin/goldmark/parser"] {
		t.Errorf("what is known to compile expressions is not found among %v", slices.Sorted(maps.Keys(found)))
	}
}

// says begins a line of the talkative package.
const says = "regexp compiled by "

// talkative makes a copy of package regexp that names, on standard error, the
// function that has an expression compiled. It returns the overlay for go build.
func talkative(t *testing.T) string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	original := filepath.Join(strings.TrimSpace(string(goroot)), "src", "regexp", "regexp.go")
	text, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	const opens, imports = "longest bool) (*Regexp, error) {\n", "import (\n"
	if bytes.Count(text, []byte(opens)) != 1 || bytes.Count(text, []byte(imports)) != 1 {
		t.Fatal("package regexp of this Go is not as this test knows it")
	}
	text = bytes.Replace(text, []byte(imports), []byte(imports+"\t\"runtime\"\n"), 1)
	text = bytes.Replace(text, []byte(opens), []byte(opens+`	callers := make([]uintptr, 8)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for f, more := frames.Next(); more; f, more = frames.Next() {
		if !strings.HasPrefix(f.Function, "regexp.") {
			println("`+says+`" + f.Function)
			break
		}
	}
`), 1)
	dir := t.TempDir()
	copied := filepath.Join(dir, "regexp.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: copied}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	for name, content := range map[string][]byte{copied: text, file: overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// compiledBy runs a program to its first poll and lists the packages whose
// initialisation had an expression compiled.
func compiledBy(t *testing.T, program string) (packages []string) {
	t.Helper()
	api, polled := runtimeAPI(t)
	c := exec.CommandContext(t.Context(), program)
	c.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + api}
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = c.Process.Kill() })
	defer late.Stop()
	select {
	case <-polled:
	case <-t.Context().Done():
	case <-time.After(patience):
		t.Errorf("%s does not poll", filepath.Base(program))
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	for line := range strings.Lines(said.String()) {
		if function, ok := strings.CutPrefix(strings.TrimSpace(line), says); ok {
			dir, name := path.Split(function)
			of, _, _ := strings.Cut(name, ".")
			packages = append(packages, dir+of)
		}
	}
	return packages
}

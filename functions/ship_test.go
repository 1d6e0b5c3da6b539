package functions_test

import (
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// look looks at all code. What a test has built go test knows nothing of, and keeps a
// result for as long as what the test looked at is the same.
func look(t testing.TB) {
	t.Helper()
	for _, folder := range []string{"../functions", "../internal", "../connectors", "../statemachine"} {
		if err := filepath.WalkDir(folder, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"../go.mod", "../go.sum"} {
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
	}
}

// ship builds as make build-functions does.
func ship(t testing.TB, bin string, environment []string, more ...string) {
	t.Helper()
	look(t)
	profile, err := filepath.Abs("../cmd/safeconduct/default.pgo")
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"build", "-trimpath", "-buildvcs=false", "-pgo=" + profile, "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid="}
	makefile, err := os.ReadFile("../Makefile")
	asMade := strings.NewReplacer("'", "", "$(PROFILE)", profile).Replace(string(makefile))
	if err != nil || !strings.Contains(asMade, strings.Join(flags, " ")) {
		t.Fatalf("make build-functions does not: go %s (%v)", strings.Join(flags, " "), err)
	}
	c := exec.Command("go", append(append(flags, "-o", bin+string(filepath.Separator)), more...)...)
	c.Env = append(append(os.Environ(), "CGO_ENABLED=0"), environment...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
}

// programs lists the n programs in a folder.
func programs(t testing.TB, bin string, n int) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(bin, "*"))
	if err != nil || len(all) != n {
		t.Fatalf("%d programs, %v; want %d", len(all), err, n)
	}
	return all
}

// runtimeAPI is a Runtime API that has no event to give. It says when it was first
// asked for one.
func runtimeAPI(t testing.TB) (address string, polled <-chan time.Time) {
	t.Helper()
	first := make(chan time.Time, 1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case first <- time.Now():
		default:
		}
		<-r.Context().Done()
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String(), first
}

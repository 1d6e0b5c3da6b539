//go:build e2e

package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/safeconduct/safeconduct/internal/peers"
)

//go:embed emulator.py
var additions []byte

// An emulator is a ministack of our own, with our additions.
type emulator struct {
	url     string
	folder  string // of all it writes
	process *exec.Cmd
}

// freePort is one that nobody listens on at the moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// start starts the emulator on the port. Functions reach AWS at the endpoint and
// trust the certificate. They inherit what the emulator has in its environment,
// so that is next to nothing.
func startEmulator(ctx context.Context, folder string, port int, endpoint, certificate string) (*emulator, error) {
	python, err := peers.MinistackPython()
	if err != nil {
		return nil, err
	}
	script := filepath.Join(folder, "emulator.py")
	if err := os.WriteFile(script, additions, 0o600); err != nil {
		return nil, err
	}
	e := &emulator{url: fmt.Sprintf("http://127.0.0.1:%d", port), folder: folder, process: exec.Command(python, script)}
	log, err := os.Create(filepath.Join(folder, "emulator.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	e.process.Dir, e.process.Stdout, e.process.Stderr = folder, log, log
	e.process.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder,
		"BIND_HOST=127.0.0.1", "GATEWAY_PORT=" + strconv.Itoa(port), "MINISTACK_HOST=localhost", "IOT_MTLS_ENABLED=0",
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_ACCESS_KEY_ID=" + peers.AWSKey, "AWS_SECRET_ACCESS_KEY=" + peers.AWSSecret, "AWS_REGION=" + peers.AWSRegion,
		"SSL_CERT_FILE=" + certificate, "PERSIST_STATE=1", "STATE_DIR=" + filepath.Join(folder, "state"), "S3_PERSIST=1", "S3_DATA_DIR=" + filepath.Join(folder, "objects")}
	e.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := e.process.Start(); err != nil {
		return nil, err
	}
	return e, e.answers(ctx)
}

func (e *emulator) answers(ctx context.Context) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(e.url + "/_ministack/health"); err == nil {
			return r.Body.Close()
		}
	}
	return fmt.Errorf("the emulator does not answer; see %s", filepath.Join(e.folder, "emulator.log"))
}

// stop ends the emulator, which writes all that it holds into its folder.
func (e *emulator) stop() {
	_ = e.process.Process.Signal(syscall.SIGTERM)
	ended := make(chan struct{})
	go func() { _ = e.process.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		_ = syscall.Kill(-e.process.Process.Pid, syscall.SIGKILL)
		<-ended
	}
}

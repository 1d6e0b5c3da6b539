package peers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// Emulators of AWS.
const (
	Ministack = "ministack" // everything but S3's finer points
	VersityGW = "versitygw" // S3 on a folder
)

// Versions, and the port of each.
const (
	ministackVersion = "1.5.33"
	versitygwVersion = "v1.8.0"
)

var cloudPorts = map[string]int{Ministack: 21510, VersityGW: 21511}

// AWSKey and AWSSecret are what the emulators take for credentials; AWSRegion is
// the one in which a bucket needs no location.
const (
	AWSRegion = "us-east-1"
	AWSKey    = "safeconduct-test"
	AWSSecret = "safeconduct-test-secret"
)

// An Emulator is one that runs on this machine for tests.
type Emulator struct {
	Name string
	URL  string

	folder string
	port   int
}

// Cloud gives a running emulator. The error is ErrMissing if it does not answer.
func Cloud(ctx context.Context, name string) (*Emulator, error) {
	e, err := emulator(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL, nil)
	if err != nil {
		return nil, err
	}
	r, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		return nil, ErrMissing
	}
	return e, r.Body.Close()
}

func emulator(name string) (*Emulator, error) {
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	e := &Emulator{Name: name, folder: filepath.Join(folder, name)}
	if e.port, err = port(name, cloudPorts[name]); err != nil {
		return nil, err
	}
	e.URL = fmt.Sprintf("http://127.0.0.1:%d", e.port)
	return e, nil
}

// CloudUp installs the emulators that are missing, at the versions above, and
// starts them on loopback.
func CloudUp(ctx context.Context) (up []*Emulator, err error) {
	for _, name := range []string{Ministack, VersityGW} {
		e, err := emulator(name)
		if err != nil {
			return nil, err
		}
		if err := e.install(ctx); err != nil {
			return nil, err
		}
		p := process{e.folder}
		if err := p.start(e.command()); err != nil {
			return nil, err
		}
		if err := p.answers(ctx, e.URL); err != nil {
			return nil, err
		}
		up = append(up, e)
	}
	return up, nil
}

// CloudDown stops the emulators.
func CloudDown() (all error) {
	for name := range cloudPorts {
		e, err := emulator(name)
		if err == nil {
			err = process{e.folder}.stop()
		}
		all = errors.Join(all, err)
	}
	return all
}

func (e *Emulator) install(ctx context.Context) error {
	mark, version := filepath.Join(e.folder, "installed"), ministackVersion
	if e.Name == VersityGW {
		version = versitygwVersion
	}
	if done, err := os.ReadFile(mark); err == nil && string(done) == version {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(e.folder, "data"), 0o700); err != nil {
		return fmt.Errorf("peers: folder: %w", err)
	}
	for _, c := range e.installation(ctx) {
		if err := said(c); err != nil {
			return err
		}
	}
	return os.WriteFile(mark, []byte(version), 0o600)
}

func (e *Emulator) installation(ctx context.Context) []*exec.Cmd {
	if e.Name == VersityGW {
		c := exec.CommandContext(ctx, "go", "install", "github.com/versity/versitygw/cmd/versitygw@"+versitygwVersion)
		c.Dir, c.Env = e.folder, append(os.Environ(), "GOBIN="+e.folder, "GOFLAGS=")
		return []*exec.Cmd{c}
	}
	venv := filepath.Join(e.folder, "venv")
	return []*exec.Cmd{exec.CommandContext(ctx, "python3", "-m", "venv", venv),
		exec.CommandContext(ctx, filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "ministack[full]=="+ministackVersion)}
}

// command starts the emulator. Ministack listens for MQTT on every address
// unless it is told not to.
func (e *Emulator) command() *exec.Cmd {
	c := exec.Command(filepath.Join(e.folder, "venv", "bin", "ministack"))
	if e.Name == VersityGW {
		c = exec.Command(filepath.Join(e.folder, "versitygw"), "--access", AWSKey, "--secret", AWSSecret,
			"--port", "127.0.0.1:"+strconv.Itoa(e.port), "posix", filepath.Join(e.folder, "data"))
	}
	c.Dir = e.folder
	c.Env = append(os.Environ(), "SAFECONDUCT_PEER="+e.folder, "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+strconv.Itoa(e.port),
		"MINISTACK_HOST=localhost", "IOT_MTLS_ENABLED=0", "AWS_ENDPOINT_URL="+e.URL,
		"AWS_ACCESS_KEY_ID="+AWSKey, "AWS_SECRET_ACCESS_KEY="+AWSSecret, "AWS_REGION="+AWSRegion)
	return c
}

// String says where the emulator listens.
func (e *Emulator) String() string { return fmt.Sprintf("%-9s %s", e.Name, e.URL) }

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
	Moto      = "moto"      // KMS that really encrypts, and transactions measured as DynamoDB does
)

var cloudPorts = map[string]int{Ministack: 21510, VersityGW: 21511, Moto: 21512}

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

// CloudUp installs the emulators that are missing and starts them on loopback. It
// installs SAM too.
func CloudUp(ctx context.Context) (up []*Emulator, err error) {
	if err := install(ctx, sam); err != nil {
		return nil, err
	}
	for _, name := range []string{Ministack, VersityGW, Moto} {
		e, err := emulator(name)
		if err != nil {
			return nil, err
		}
		if err := install(ctx, name); err != nil {
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

// command starts the emulator. Ministack listens for MQTT on every address
// unless it is told not to.
func (e *Emulator) command() *exec.Cmd {
	c := exec.Command(filepath.Join(e.folder, venv, "bin", "ministack"))
	switch e.Name {
	case Moto:
		c = exec.Command(filepath.Join(e.folder, venv, "bin", "moto_server"), "--host", "127.0.0.1", "--port", strconv.Itoa(e.port))
	case VersityGW:
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

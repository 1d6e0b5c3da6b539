package peers

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// At describes a peer, whether it is set up or not.
func At(name string) (*Peer, error) {
	ports := map[string]int{RT: 21501, Redmine: 21502}
	if ports[name] == 0 {
		return nil, fmt.Errorf("peers: there is no %q", name)
	}
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	p := &Peer{Name: name, folder: filepath.Join(folder, name), Threads: 1}
	if p.port, err = port(name, ports[name]); err != nil {
		return nil, err
	}
	mail, err := port("mail", 21503)
	if err != nil {
		return nil, err
	}
	p.Mail = fmt.Sprintf("127.0.0.1:%d", mail)
	p.URL = fmt.Sprintf("http://127.0.0.1:%d", p.port)
	p.Database, p.Files = filepath.Join(p.folder, "desk.db"), filepath.Join(p.folder, "files")
	p.lock = flock.New(filepath.Join(p.folder, "lock"))
	p.User, p.Password = "root", "peer-root-password"
	if name == Redmine {
		p.User, p.Password, p.Key = "admin", "", strings.Repeat("5afec0de", 5)
	}
	return p, nil
}

// port is the one that the environment gives a listener, or the usual one.
func port(of string, usual int) (int, error) {
	variable := "SAFECONDUCT_PEERS_" + strings.ToUpper(of)
	text := os.Getenv(variable)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("peers: %s is no port", variable)
	}
	return n, nil
}

// Folder is where all state of the peers lies.
func Folder() (string, error) {
	if folder := os.Getenv("SAFECONDUCT_PEERS"); folder != "" {
		return filepath.Abs(folder)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("peers: no folder for state; set SAFECONDUCT_PEERS: %w", err)
	}
	return filepath.Join(cache, "safeconduct-peers"), nil
}

// environment is what the configuration files of a peer read.
func (p *Peer) environment(database string) []string {
	_, mail, _ := strings.Cut(p.Mail, ":")
	return append(os.Environ(), "SAFECONDUCT_PEER="+p.folder, "SAFECONDUCT_PEER_PORT="+strconv.Itoa(p.port),
		"SAFECONDUCT_PEER_DATABASE="+database, "SAFECONDUCT_PEER_MAIL="+mail,
		"SAFECONDUCT_PEER_SECRET="+cmp.Or(p.Key, p.Password), "HOME="+p.folder, "TZ=UTC", "LC_ALL=C.UTF-8")
}

// copyFile makes a copy beside the place and then moves it there.
func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("peers: copy: %w", err)
	}
	if err := os.WriteFile(to+".new", content, 0o600); err != nil {
		return fmt.Errorf("peers: copy: %w", err)
	}
	return os.Rename(to+".new", to)
}

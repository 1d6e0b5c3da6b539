package connectors

import (
	"fmt"
	"os"
	"strings"
)

// A Secret says where a password or token stands: "env:RT_PASSWORD" in a
// variable of the environment, "file:/run/secrets/rt" in a file,
// "secret:safeconduct/acme/rt" in the deployed form's store of secrets. A plan
// holds none itself: plans are read, copied and mailed.
type Secret struct {
	place string
	from  Vault
}

// A Vault gives the text of a secret by the place that a plan names. It takes the
// place of environment and files where a plan comes from somebody else than who
// owns the machine.
type Vault func(place string) (string, error)

// SecretAt is the secret at a place.
func SecretAt(place string) Secret { return Secret{place: place} }

// From makes the vault the only place that the secret is read from.
func (s *Secret) From(v Vault) { s.from = v }

// UnmarshalYAML reads the place.
func (s *Secret) UnmarshalYAML(unmarshal func(any) error) error { return unmarshal(&s.place) }

// maxSecret bounds a file that is taken for a secret.
const maxSecret = 16 << 10

// Reveal reads the secret. Its errors name the place and never what stood there.
func (s Secret) Reveal() (string, error) {
	if s.from != nil {
		return s.from(s.place)
	}
	how, place, ok := strings.Cut(s.place, ":")
	switch {
	case ok && place != "" && how == "env":
		return fromEnvironment(place)
	case ok && place != "" && how == "file":
		return fromFile(place)
	case how == "secret":
		return "", fmt.Errorf("%w: secret:NAME is for the deployed form; on a machine write env:NAME or file:PATH", ErrSettings)
	}
	return "", fmt.Errorf("%w: a plan holds no password or token itself: write env:NAME for a variable "+
		"of the environment, or file:PATH for a file that only you can read", ErrSettings)
}

func fromEnvironment(name string) (string, error) {
	text := os.Getenv(name)
	if text == "" {
		return "", fmt.Errorf("%w: the environment has no variable %s; set it without the shell's history, "+
			"as with: read -rs %[2]s && export %[2]s", ErrSettings, name)
	}
	return text, nil
}

func fromFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxSecret {
		return "", fmt.Errorf("%w: %s is no file that holds a password or token", ErrSettings, path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w: %s can't be read", ErrSettings, path)
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

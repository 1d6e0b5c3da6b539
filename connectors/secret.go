package connectors

import (
	"fmt"
	"os"
	"strings"
)

// A Secret says where a password or token stands: "env:RT_PASSWORD" in a
// variable of the environment, "file:/run/secrets/rt" in a file. A plan holds
// none itself: plans are read, copied and mailed.
type Secret string

// maxSecret bounds a file that is taken for a secret.
const maxSecret = 16 << 10

// Reveal reads the secret. Its errors name the place and never what stood there.
func (s Secret) Reveal() (string, error) {
	how, place, ok := strings.Cut(string(s), ":")
	if !ok || place == "" || how != "env" && how != "file" {
		return "", fmt.Errorf("%w: a plan holds no password or token itself: write env:NAME for a variable "+
			"of the environment, or file:PATH for a file that only you can read", ErrSettings)
	}
	var text string
	if how == "env" {
		if text = os.Getenv(place); text == "" {
			return "", fmt.Errorf("%w: the environment has no variable %s; set it without the shell's history, "+
				"as with: read -rs %[2]s && export %[2]s", ErrSettings, place)
		}
		return text, nil
	}
	info, err := os.Stat(place)
	if err != nil || info.Size() > maxSecret {
		return "", fmt.Errorf("%w: %s is no file that holds a password or token", ErrSettings, place)
	}
	content, err := os.ReadFile(place)
	if err != nil {
		return "", fmt.Errorf("%w: %s can't be read", ErrSettings, place)
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

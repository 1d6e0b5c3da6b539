package deployed

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/safeconduct/safeconduct/connectors"
)

// remembered is how long a secret is used before it is asked for again: a rotated
// password is known within minutes, and a run does not pay for each invocation.
const remembered = 5 * time.Minute

// secrets reads credentials from Secrets Manager. A plan comes from a tenant, so
// it can name secrets of that tenant only, and neither variable nor file of the
// function.
type secrets struct {
	get func(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)

	mu    sync.Mutex
	known map[string]secret
}

// A secret lies behind a closure, because fmt looks into fields and not into
// functions.
type secret struct {
	text  func() string
	until time.Time
}

// prefix starts the names of a tenant's secrets.
func prefix(tenant string) string { return "safeconduct/" + tenant + "/" }

// of gives the vault of a tenant.
func (s *secrets) of(ctx context.Context, tenant string) connectors.Vault {
	return func(place string) (string, error) {
		name, ok := strings.CutPrefix(place, "secret:")
		if !ok || !strings.HasPrefix(name, prefix(tenant)) {
			return "", fmt.Errorf("%w: write secret:%sNAME for a secret of AWS Secrets Manager; env: and file: are for one machine",
				connectors.ErrSettings, prefix(tenant))
		}
		return s.read(ctx, name)
	}
}

func (s *secrets) read(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.known[name]; ok && time.Now().Before(known.until) {
		return known.text(), nil
	}
	out, err := s.get(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil || out.SecretString == nil {
		return "", fmt.Errorf("%w: secret %s can't be read; see that it is there, as text, and named so", connectors.ErrSettings, name)
	}
	text := strings.TrimRight(*out.SecretString, "\r\n")
	if s.known == nil {
		s.known = map[string]secret{}
	}
	s.known[name] = secret{func() string { return text }, time.Now().Add(remembered)}
	return text, nil
}

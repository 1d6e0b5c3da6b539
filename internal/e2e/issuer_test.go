//go:build e2e

package e2e

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"
)

// An issuer gives out tokens and publishes the key that proves them, over TLS.
type issuer struct {
	*httptest.Server
	key         *rsa.PrivateKey
	certificate string // path
}

const audience = "safeconduct"

func startIssuer(folder string) (*issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	i := &issuer{key: key, certificate: filepath.Join(folder, "issuer.pem")}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, i.URL, i.URL+"/keys")
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"1","n":%q,"e":%q}]}`,
			encoded(key.N.Bytes()), encoded(big.NewInt(int64(key.E)).Bytes()))
	})
	i.Server = httptest.NewTLSServer(mux)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate().Raw})
	return i, os.WriteFile(i.certificate, block, 0o600)
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// token is one of a person of a tenant in a role, good for an hour.
func (i *issuer) token(tenant, role string) string {
	claims, _ := json.Marshal(map[string]any{"iss": i.URL, "aud": audience, "sub": role + "-of-" + tenant, "custom:tenant": tenant,
		"cognito:groups": []string{role}, "iat": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	text := encoded([]byte(`{"alg":"RS256","kid":"1","typ":"JWT"}`)) + "." + encoded(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + encoded(signature)
}

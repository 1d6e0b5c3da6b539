package kms_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/kms"
)

// TestWhatKMSAnswersIsToldAsItIsMeant goes over the errors of Decrypt in their form
// on the wire: only those that say that the bytes are not this key's are a refusal.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
func TestWhatKMSAnswersIsToldAsItIsMeant(t *testing.T) {
	for name, refused := range map[string]bool{
		"IncorrectKeyException": true, "InvalidCiphertextException": true,
		"AccessDeniedException": false, "ThrottlingException": false, "KMSInvalidStateException": false, "DisabledException": false,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprintf(w, `{"__type": %q, "message": ""}`, name)
			}))
			defer server.Close()
			client := api.New(api.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
				Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")})
			_, err := kms.New(client, "key").DecryptWithContext(t.Context(), []byte("sealed"), []byte(`{"side": "raw"}`))
			if err == nil || errors.Is(err, keyring.ErrRefused) != refused {
				t.Errorf("got %v, want a refusal: %v", err, refused)
			}
		})
	}
}

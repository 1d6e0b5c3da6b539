package sdkhttp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/safeconduct/safeconduct/internal/sdkhttp"
)

// lagging is a connection whose writer loses its core right after the system call.
type lagging struct{ net.Conn }

func (c lagging) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	time.Sleep(5 * time.Millisecond)
	return n, err
}

func TestNoRequestIsRepeatedThatWasCarriedOut(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "2")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush() // the body is a segment of its own
		time.Sleep(20 * time.Millisecond)
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	lag := awshttp.NewBuildableClient().WithTransportOptions(func(h *http.Transport) {
		h.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			return lagging{c}, err
		}
	})
	api := kms.NewFromConfig(aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: sdkhttp.Client{BuildableClient: lag},
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")})
	if _, err := api.CreateKey(t.Context(), &kms.CreateKeyInput{}); err != nil || asked != 1 {
		t.Errorf("asked %d times, %v; want once", asked, err)
	}
}

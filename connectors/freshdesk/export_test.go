package freshdesk

import (
	"context"
	"net/http"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// SourceVia and TargetVia open a Freshdesk through a transport, for tests in which
// hours pass at once.
func SourceVia(decode connectors.Settings, through http.RoundTripper) (connectors.Source, error) {
	d, err := open(context.Background(), decode, through)
	if err != nil {
		return nil, err
	}
	return &source{d}, nil
}

func TargetVia(decode connectors.Settings, through http.RoundTripper) (connectors.Target, error) {
	d, err := open(context.Background(), decode, through)
	if err != nil {
		return nil, err
	}
	return &target{d}, nil
}

// ClientWith is the client of a Freshdesk that is opened with a context.
func ClientWith(ctx context.Context, decode connectors.Settings, through http.RoundTripper) (*rest.Client, error) {
	d, err := open(ctx, decode, through)
	if err != nil {
		return nil, err
	}
	return d.client, nil
}

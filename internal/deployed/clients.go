package deployed

import (
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/safeconduct/safeconduct/internal/sdkhttp"
)

// attempts is how often the SDK sends a request at most. What it can't settle
// within them Step Functions tries again.
const attempts = 5

// Time-outs of connections to services of the same region, whose answers begin
// within milliseconds.
const (
	dialTimeout   = 3 * time.Second
	answerTimeout = 20 * time.Second
)

// sdk is how all services are reached. The credentials are those that Lambda puts
// into the environment of a process for as long as it lives, so the chain of
// providers, which takes a fifth of the start, is not needed.
func (c Config) sdk() aws.Config {
	client := awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = answerTimeout })
	config := aws.Config{
		Region: c.Region, AppID: c.Function, HTTPClient: sdkhttp.Client{BuildableClient: client},
		RetryMode: aws.RetryModeStandard, RetryMaxAttempts: attempts,
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
		APIOptions:  slices.Concat(counting, denying),
	}
	if c.Endpoint != "" {
		config.BaseEndpoint = &c.Endpoint
	}
	return config
}

// s3 reaches buckets. Emulators have no host name for each bucket.
func (c Config) s3(sdk aws.Config) *s3.Client {
	return s3.NewFromConfig(sdk, func(o *s3.Options) { o.UsePathStyle = c.Endpoint != "" })
}

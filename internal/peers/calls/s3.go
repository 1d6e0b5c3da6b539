package calls

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
)

// s3 reads a request whose bucket is the first part of the path.
func (c *Call) s3(q *http.Request, body []byte) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	if key == "" {
		c.bucket(q, "arn:aws:s3:::"+bucket, body)
		return
	}
	c.object(q, "arn:aws:s3:::"+bucket+"/"+key)
}

func (c *Call) bucket(q *http.Request, bucket string, body []byte) {
	query := q.URL.Query()
	switch {
	case q.Method == http.MethodPost && query.Has("delete"):
		c.Operation = "DeleteObjects"
		var list struct {
			Object []struct{ Key string }
		}
		_ = xml.Unmarshal(body, &list)
		for _, o := range list.Object {
			c.needs("DeleteObject", bucket+"/"+o.Key, nil)
		}
	case q.Method == http.MethodPost:
		c.Operation = "PostObject" // by a form that somebody signed
		c.needs("PutObject", bucket+"/"+formKey(body), nil)
	case q.Method == http.MethodGet && query.Has("list-type"):
		c.Operation = "ListObjectsV2"
		c.needs("ListBucket", bucket, map[string][]string{"s3:prefix": {query.Get("prefix")}})
	case q.Method == http.MethodHead:
		c.Operation = "HeadBucket"
		c.needs("ListBucket", bucket, nil)
	default:
		c.Operation = q.Method + "Bucket"
		c.needs(c.Operation, bucket, nil)
	}
}

// operations are what is asked of an object, by method and by the first of these
// names that the query has.
var operations = map[string]struct{ operation, action string }{
	"GET":             {"GetObject", "GetObject"},
	"GET uploadId":    {"ListParts", "ListMultipartUploadParts"},
	"HEAD":            {"HeadObject", "GetObject"},
	"PUT":             {"PutObject", "PutObject"},
	"PUT uploadId":    {"UploadPart", "PutObject"},
	"POST uploads":    {"CreateMultipartUpload", "PutObject"},
	"POST uploadId":   {"CompleteMultipartUpload", "PutObject"},
	"DELETE":          {"DeleteObject", "DeleteObject"},
	"DELETE uploadId": {"AbortMultipartUpload", "AbortMultipartUpload"},
}

func (c *Call) object(q *http.Request, object string) {
	what := q.Method
	for _, name := range []string{"uploads", "uploadId"} {
		if q.URL.Query().Has(name) {
			what += " " + name
			break
		}
	}
	of, known := operations[what]
	if !known {
		of.operation, of.action = what, what
	}
	c.Operation = of.operation
	c.needs(of.action, object, sealedBy(q.Header))
	if from := q.Header.Get("X-Amz-Copy-Source"); from != "" {
		c.Operation = "CopyObject"
		source, _ := url.PathUnescape(strings.TrimPrefix(from, "/"))
		c.needs("GetObject", "arn:aws:s3:::"+source, nil)
	}
	if q.Header.Get("X-Amz-Object-Lock-Mode") != "" {
		c.needs("PutObjectRetention", object, nil)
	}
	if q.Header.Get("X-Amz-Tagging") != "" {
		c.needs("PutObjectTagging", object, nil)
	}
}

// sealedBy are the condition keys of a put's encryption.
func sealedBy(h http.Header) map[string][]string {
	keys := map[string][]string{}
	for _, name := range []string{"X-Amz-Server-Side-Encryption", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"} {
		if of := h.Get(name); of != "" {
			keys["s3:"+strings.ToLower(name)] = []string{of}
		}
	}
	return keys
}

// formKey finds the field "key" of a form.
func formKey(body []byte) string {
	_, rest, _ := strings.Cut(string(body), `name="key"`)
	_, rest, _ = strings.Cut(rest, "\r\n\r\n")
	key, _, _ := strings.Cut(rest, "\r\n")
	return key
}

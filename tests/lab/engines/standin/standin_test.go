package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var known = table{Uses: []use{
	{Words: [][]string{{"sh"}, {"-c"}, {"wait"}}},
	{Words: [][]string{{"/stand-in"}, {"--url=http://", ":", "/v1"}, {"", ""}}, Stays: true, TCP: []int{80}},
	{Words: [][]string{{"/stand-in"}}, Stays: true, TCP: []int{81}, UDP: []int{53}},
}}

func TestACommandIsKnownByItsWordsWhateverItsVariablesBecame(t *testing.T) {
	if known.find([]string{"sh", "-c", "wait"}, true).Stays {
		t.Error("an init container stays")
	}
	found := known.find([]string{"/stand-in", "--url=http://10.0.0.1:9500/v1", "anything"}, true)
	if !found.Stays || len(found.TCP) != 1 || found.TCP[0] != 80 {
		t.Error("variables in a word", found)
	}
	for _, other := range []string{"--url=http://10.0.0.1/v1", "--url=https://a:1/v1", "--url=http://a:1/v2"} {
		if known.Uses[1].matches([]string{"/stand-in", other, ""}) {
			t.Error("matches", other)
		}
	}
}

func TestWhatNobodyNamedStaysOnEveryPortOnlyAsTheFirstProcess(t *testing.T) {
	found := known.find([]string{"/stand-in", "--new"}, true)
	if !found.Stays || len(found.TCP) != 2 || len(found.UDP) != 1 {
		t.Error("as the first process", found)
	}
	if known.find([]string{"sh"}, false).Stays {
		t.Error("a shell of somebody who looks around stays")
	}
}

// serve listens on a free port as a container would, and returns it.
func serve(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	listen([]int{port}, []int{port})
	return free.Addr().String()
}

func TestMain(m *testing.M) {
	folder, _ = os.MkdirTemp("", "standin")
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	signed, _ := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	private, _ := x509.MarshalPKCS8PrivateKey(key)
	for name, block := range map[string]*pem.Block{
		"ca.crt": {Type: "CERTIFICATE", Bytes: signed},
		"ca.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func client(t *testing.T, http1, http2 bool) *http.Client {
	t.Helper()
	certificate, err := os.ReadFile(filepath.Join(folder, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(http1)
	protocols.SetHTTP2(http2)
	protocols.SetUnencryptedHTTP2(http2)
	transport := &http.Transport{Protocols: protocols, TLSClientConfig: &tls.Config{RootCAs: pool}}
	return &http.Client{Transport: transport, Timeout: 5 * time.Second}
}

func TestOnePortAnswersWithAndWithoutTLSInBothVersionsOfHTTP(t *testing.T) {
	address := serve(t)
	for _, scheme := range []string{"http", "https"} {
		for _, version := range []int{1, 2} {
			answer, err := client(t, version == 1, version == 2).Get(scheme + "://" + address + "/healthz?x=1")
			if err != nil {
				t.Fatal(scheme, version, err)
			}
			if answer.StatusCode != 200 || answer.ProtoMajor != version {
				t.Error(scheme, version, answer.Status, answer.Proto)
			}
		}
	}
}

func TestTheCertificateIsForTheNameThatIsAsked(t *testing.T) {
	address := serve(t)
	asking := client(t, true, false)
	asking.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("tcp", address)
	}
	answer, err := asking.Post("https://webhook.some.svc/", "application/json", strings.NewReader(
		`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1"}}`))
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(answer.Body)
	expected := `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"u-1","allowed":true}}`
	if strings.TrimSpace(string(said)) != expected {
		t.Error(string(said))
	}
}

func TestAProbeOfGRPCIsAnsweredServing(t *testing.T) {
	request, _ := http.NewRequest("POST", "http://"+serve(t)+"/grpc.health.v1.Health/Check", bytes.NewReader(make([]byte, 5)))
	request.Header.Set("Content-Type", "application/grpc")
	answer, err := client(t, false, true).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(answer.Body)
	if !bytes.Equal(said, serving) || answer.Trailer.Get("Grpc-Status") != "0" {
		t.Error(said, answer.Trailer)
	}
}

func TestADatagramComesBack(t *testing.T) {
	connection, err := net.Dial("udp", serve(t))
	if err != nil {
		t.Fatal(err)
	}
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	connection.Write([]byte("there?"))
	buffer := make([]byte, 16)
	size, err := connection.Read(buffer)
	if err != nil || string(buffer[:size]) != "there?" {
		t.Error(err, string(buffer[:size]))
	}
}

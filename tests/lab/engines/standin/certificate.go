package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"path/filepath"
	"sync"
	"time"
)

var tlsConfig = &tls.Config{NextProtos: []string{"h2", "http/1.1"}, GetCertificate: certificateFor}

// An issuer signs for the lab's authority, whose key is in the image: nothing outside the lab trusts it.
type issuer struct {
	certificate *x509.Certificate
	signer      crypto.PrivateKey
	key         *ecdsa.PrivateKey
}

// Made at the first handshake: few stand-ins see one.
var loadIssuer = sync.OnceValues(func() (*issuer, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "ca.crt"), filepath.Join(folder, "ca.key"))
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &issuer{pair.Leaf, pair.PrivateKey, key}, err
})

// certificateFor makes a certificate for the name that the client asks for, or the address it came to.
func certificateFor(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	authority, err := loadIssuer()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "stand-in"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if hello.ServerName != "" {
		leaf.DNSNames = []string{hello.ServerName}
	} else if address, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok {
		leaf.IPAddresses = []net.IP{address.IP}
	} else {
		return nil, errors.New("no name and no address to be asked by")
	}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, authority.certificate, authority.key.Public(), authority.signer)
	return &tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: authority.key}, err
}

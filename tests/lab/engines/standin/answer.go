package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// The answer SERVING of grpc.health.v1.Health/Check: a frame of two bytes, field 1 = 1.
var serving = []byte{0, 0, 0, 0, 2, 0x08, 0x01}

// A review is what an API server posts to an admission webhook, and what it wants back.
type review struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Request    *struct {
		UID string `json:"uid"`
	} `json:"request,omitempty"`
	Response *response `json:"response,omitempty"`
}

type response struct {
	UID     string `json:"uid"`
	Allowed bool   `json:"allowed"`
}

// answer says yes to everything: 200, SERVING, allowed.
func answer(writer http.ResponseWriter, request *http.Request) {
	switch {
	case strings.HasPrefix(request.Header.Get("Content-Type"), "application/grpc"):
		answerGRPC(writer, request)
	case request.Method == http.MethodPost:
		answerPost(writer, request)
	default:
		io.WriteString(writer, "ok\n")
	}
}

func answerGRPC(writer http.ResponseWriter, request *http.Request) {
	writer.Header().Set("Content-Type", "application/grpc")
	writer.Header().Set("Trailer", "Grpc-Status")
	if request.URL.Path == "/grpc.health.v1.Health/Check" {
		writer.Write(serving)
		writer.Header().Set("Grpc-Status", "0")
		return
	}
	// 12: UNIMPLEMENTED
	writer.Header().Set("Grpc-Status", "12")
}

func answerPost(writer http.ResponseWriter, request *http.Request) {
	var asked review
	err := json.NewDecoder(io.LimitReader(request.Body, 4<<20)).Decode(&asked)
	if err != nil || asked.Kind != "AdmissionReview" || asked.Request == nil {
		io.WriteString(writer, "ok\n")
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	asked.Response = &response{UID: asked.Request.UID, Allowed: true}
	asked.Request = nil
	json.NewEncoder(writer).Encode(asked)
}

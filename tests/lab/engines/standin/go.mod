module platform-stack.io/lab/standin

go 1.26

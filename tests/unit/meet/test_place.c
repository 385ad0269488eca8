/* SPDX-License-Identifier: Apache-2.0 */
/* The file that says where rank 0 listens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "meet/place.h"

#define TEXT                                                                                       \
    "gpu-selftest rendezvous 1\nnonce 00000000000000ff\nport 29500\n"                              \
    "address 10.0.0.1\naddress fd00::1\n"

static void test_place__as_text(void **state)
{
    struct gst_place place = {
        .nonce = 255, .port = 29500, .address_count = 2, .addresses = { "10.0.0.1", "fd00::1" }
    };
    char text[GST_PLACE_FILE_SIZE];

    (void)state;
    assert_string_equal(gst_place_format(&place, text, sizeof(text)), TEXT);
    memset(&place, 0, sizeof(place));
    assert_true(gst_place_parse(&place, TEXT));
    assert_true(place.nonce == 255);
    assert_int_equal(place.port, 29500);
    assert_int_equal(place.address_count, 2);
    assert_string_equal(place.addresses[0], "10.0.0.1");
    assert_string_equal(place.addresses[1], "fd00::1");
}

static void test_place__other_files(void **state)
{
#define HEAD "gpu-selftest rendezvous 1\n"
    static const char *const texts[] = {
        "",
        "hello\n",
        "gpu-selftest rendezvous 2\nnonce 00000000000000ff\nport 1\naddress ::1\n",
        HEAD,
        HEAD "nonce ff\nport 1\naddress ::1\n",
        HEAD "nonce 00000000000000fg\nport 1\naddress ::1\n",
        HEAD "nonce 00000000000000ff\nport 0\naddress ::1\n",
        HEAD "nonce 00000000000000ff\nport 65536\naddress ::1\n",
        HEAD "nonce 00000000000000ff\nport 1\n",
        HEAD "nonce 00000000000000ff\nport 1\naddress evil.example\n",
        HEAD "nonce 00000000000000ff\nport 1\naddress \n",
        HEAD "nonce 00000000000000ff\nport 1\naddress ::1", /* cut off */
        HEAD "nonce 00000000000000ff\nport 1\naddress "
             "1111111111111111111111111111111111111111111111111111111111111111\n",
    };
#undef HEAD

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct gst_place place = { .port = 7 };

        if (gst_place_parse(&place, texts[i]))
            fail_msg("text %zu was taken", i);
        assert_int_equal(place.port, 7);
    }
}

static void test_place__on_disk(void **state)
{
    char folder[] = "/tmp/gst_place_XXXXXX", path[64], why[300];
    struct gst_place place, back;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/meet", folder);
    assert_false(gst_place_read(&back, path, why, sizeof(why)));
    assert_non_null(strstr(why, "No such file"));

    gst_place_of_this_machine(&place, 4711);
    assert_true(place.address_count > 0);
    assert_true(gst_place_write(&place, path, why, sizeof(why)));
    assert_true(gst_place_read(&back, path, why, sizeof(why)));
    assert_true(back.nonce == place.nonce);
    assert_int_equal(back.port, 4711);
    assert_int_equal(back.address_count, place.address_count);

    /* Another run replaces it, and two never have the same nonce. */
    gst_place_of_this_machine(&place, 4712);
    assert_true(place.nonce != back.nonce);
    assert_true(gst_place_write(&place, path, why, sizeof(why)));
    assert_true(gst_place_read(&back, path, why, sizeof(why)));
    assert_int_equal(back.port, 4712);

    unlink(path);
    /* Nothing else was left in the folder. */
    assert_int_equal(rmdir(folder), 0);
    assert_false(gst_place_write(&place, path, why, sizeof(why)));
    assert_non_null(strstr(why, "cannot write"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place__as_text),
        cmocka_unit_test(test_place__other_files),
        cmocka_unit_test(test_place__on_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

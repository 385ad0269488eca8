/* SPDX-License-Identifier: Apache-2.0 */
/* A file of settings for NCCL. */
#include "tests/fuzz/fuzz.h"

#include "collective/way/effects.h"
#include "collective/way/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_way_settings settings = { 0 };
    char *text = gst_fuzz_text(data, size), words[128];

    gst_way_settings_add_file(&settings, text, "/etc/nccl.conf");
    GST_CLAIM(settings.count <= GST_WAY_SETTINGS);
    for (size_t i = 0; i < settings.count; i++) {
        const struct gst_way_setting *setting = &settings.of[i];

        GST_CLAIM(gst_fuzz_ends(setting->name, sizeof(setting->name)));
        GST_CLAIM(gst_fuzz_ends(setting->value, sizeof(setting->value)));
        GST_CLAIM(strncmp(setting->name, "NCCL_", 5) == 0);
        GST_CLAIM(gst_way_effect_meaning(gst_way_setting_effect(setting))[0] != '\0');
        gst_way_setting_describe(setting, words, sizeof(words));
        GST_CLAIM(gst_fuzz_ends(words, sizeof(words)));
    }
    for (int link = GST_WAY_LINK_NVL; link < GST_WAY_LINK_COUNT; link++)
        GST_CLAIM(gst_way_settings_without_peers(&settings, (enum gst_way_link)link) == NULL
                  || !gst_way_settings_allow_peers(&settings, (enum gst_way_link)link));
    free(text);
    return 0;
}
